/** Schemas of any library that speaks Standard Schema (zod, valibot, arktype, …), or plain JSON Schema: checked here, published to the hub. */

import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec';
import { ConduitError } from '../protocol/errors.ts';

/** A JSON Schema (2020-12) as an object, for whoever has no schema library: checked by the hub, unknown to TypeScript. */
export type JsonSchema = Readonly<Record<string, unknown>>;

export type Schema = StandardSchemaV1 | JsonSchema;

/** What one may send where a schema stands. */
export type Sent<S> = S extends StandardSchemaV1<infer Input, unknown> ? Input : unknown;
/** What comes out of it: defaults filled in, texts turned into what they mean. */
export type Received<S> = S extends StandardSchemaV1<unknown, infer Output> ? Output : unknown;

interface Issue {
  readonly path: readonly string[];
  readonly message: string;
}

/**
 * The value as the schema gives it back; as it is where there is no schema, or one of JSON that only the hub checks.
 * @throws ConduitError with `code` and `details: { issues: [{ path, message }] }`.
 */
export async function checked(
  schema: Schema | undefined,
  value: unknown,
  { code, what }: { readonly code: 'invalid_payload' | 'provider_error'; readonly what: string },
): Promise<unknown> {
  if (schema === undefined || !isStandard(schema)) return value;
  const outcome = await schema['~standard'].validate(value);
  if (outcome.issues === undefined) return outcome.value;
  const issues: Issue[] = outcome.issues.map(({ message, path = [] }) => ({
    path: path.map((step) => String(typeof step === 'object' ? step.key : step)),
    message,
  }));
  const [first] = issues;
  const where = first === undefined || first.path.length === 0 ? '' : ` at ${first.path.join('.')}`;
  throw new ConduitError(code, `${what} does not fit its schema${where}: ${first?.message ?? 'it is not valid'}`, {
    details: { issues },
  });
}

/**
 * What a service publishes of a schema, so that the hub refuses a payload before anybody works on it. Undefined where the library
 * can't tell, or the schema has something that JSON Schema can't say: then the provider alone checks.
 */
export function publishable(schema: Schema | undefined, side: 'input' | 'output'): JsonSchema | undefined {
  if (schema === undefined) return undefined;
  if (!isStandard(schema)) return schema;
  const { jsonSchema } = schema['~standard'] as Partial<StandardJSONSchemaV1.Props>;
  try {
    return jsonSchema?.[side]({ target: 'draft-2020-12' });
  } catch {
    // By the contract of Standard JSON Schema: what has no JSON form throws.
    return undefined;
  }
}

function isStandard(schema: Schema): schema is StandardSchemaV1 {
  return '~standard' in schema;
}
