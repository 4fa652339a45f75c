/** Why a request is where it is, as the protocol says it (§6), in words. */

const words: Readonly<Record<string, string>> = {
  no_provider: 'nobody provides this action',
  at_capacity: 'all providers are busy',
  provider_suspect: 'its providers do not acknowledge what they are handed',
  paused: 'the service is paused',
  rejected: 'a provider gave it back',
  provider_deaf: 'a provider did not acknowledge it',
  provider_lost: 'its provider was lost',
  deadline_exceeded: 'its time was over',
  requester_gone: 'whoever asked is gone',
  parent_ended: 'what it is part of has ended',
  parent_retried: 'what it is part of begins anew',
  hub_draining: 'the hub was leaving',
};

/** What a service or a requester said stands as it was said. */
export function reasonText(reason: string): string {
  return words[reason] ?? reason;
}
