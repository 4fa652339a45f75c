/** The durations of routing, each with its reason. Milliseconds of hub time. */

/** A worker whose process reconnects is back within this; a longer wait would be felt by whoever asked. */
export const graceMs = 5_000;
/** After the hub's own start every worker has to find its way back first. */
export const graceAfterStartMs = 20_000;
/** A provider that promised to acknowledge at once and did not is deaf. */
export const ackTimeoutMs = 3_000;
/** How long a provider may take to stop what was cancelled. */
export const cancelGraceMs = 10_000;
/** How long a place stays taken by work that the hub ended and the provider never answered. */
export const lingerMs = 60_000;
/** Somebody who turned a request down is not asked again for this long. */
export const turnedDownMs = 5_000;
/** A running request without any message for this long is told to be stalled. */
export const stalledAfterMs = 30_000;
/** Positions and silences are looked at once in this time. */
export const sweepMs = 1_000;
/** Only the first so many of a line are told their place. */
export const toldPositions = 100;
/** `on_requester_gone: 'cancel'` waits this long for the requester to come back. */
export const requesterGoneMs = 30_000;
/** So many swaps of one instance within a minute are two processes that fight over it. */
export const swapsOfConflict = 3;
export const swapWindowMs = 60_000;
/** Watchers of services hear of each one at most this often. */
export const serviceNewsMs = 100;
/** With `--memory` a stopping hub waits this long for what is open. */
export const drainMs = 30_000;
/** Without a heartbeat's answer a stock client may have missed this much before a hub died. */
export const unconfirmedMs = 30_000;
/** A hub that keeps nothing waits so long for watchers to read what is left, and looks so often. */
export const lastReadMs = 5_000;
export const lookMs = 20;
/** Who follows the hub's own life is told at most so often, and of at most so many requests at a time. */
export const feedMs = 500;
export const maxFedRequests = 200;
/** Progress and heartbeats of providers are told at most so often: thousands of them beat, and what counts is told at once. */
export const stirMs = 2_000;
