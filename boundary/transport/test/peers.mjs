// SPDX-License-Identifier: Apache-2.0
// Peers that the tests run inline and in workers. The first byte of a request selects the action.
/** Sum of the bytes: a lost byte changes it. */
const sum = (bytes) => bytes.reduce((total, byte) => (total + byte) % 65536, 0);
const u16 = (n) => Uint8Array.of(n >> 8, n & 255);

export const testPeer = (request, ask) => {
  switch (request[0]) {
    case 0:
      return request.slice();
    case 1: // asks with the rest, answers with what it was told
      return ask(request.slice(1));
    case 2: // as many asks as the second byte says
      return Uint8Array.from({ length: request[1] }, (_, i) => ask(Uint8Array.of(i))[0]);
    case 3:
      return u16(sum(request.subarray(1)));
    case 4: // a large answer
      return new Uint8Array(3_000_001).fill(7);
    case 5: {
      // stores its input: later writes of the host must not show
      kept = request;
      return Uint8Array.of(1);
    }
    case 6:
      return kept.slice();
    case 7: // a large ask
      return ask(new Uint8Array(2_500_000).fill(9));
    default:
      throw new Error("a bug of the peer");
  }
};
let kept = new Uint8Array(0);
