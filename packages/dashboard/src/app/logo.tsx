/** Two lines that meet in one and go on: many ask, one hub hands on. */

export function Logo({ size }: { readonly size: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="#4b3fd1" />
      <g fill="none" stroke="#fff" strokeWidth="2.6" strokeLinecap="round" strokeLinejoin="round">
        <path d="M5 10h5c4 0 4 6 8 6h9M5 22h5c4 0 4-6 8-6" />
        <circle cx="17.5" cy="16" r="3.4" fill="#4b3fd1" />
      </g>
    </svg>
  );
}
