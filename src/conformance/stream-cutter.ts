// Cuts what comes by a stream into messages, for a judge: tells where that is no longer possible. Reads no more of a message than its end.

import { ERR_NEED_MORE, errorText } from '../sip/errors.ts';
import { Framer } from '../sip/frame.ts';
import { NONE } from '../sip/message.ts';

export interface Cut {
  readonly message: (bytes: Buffer) => void;
  /** Bytes of line ends that came between messages. */
  readonly lineEnds: (count: number) => void;
  /** What comes from now on is passed over. */
  readonly lost: (why: string) => void;
}

/** Takes the pieces of a stream as they come. */
export function streamCutter({ message, lineEnds, lost }: Cut): (piece: Buffer) => void {
  const framer = new Framer();
  let kept: Buffer = Buffer.alloc(0);
  let over = false;
  return (piece) => {
    if (over) return;
    kept = Buffer.concat([kept, piece]);
    let at = 0;
    for (;;) {
      const end = framer.next(kept, at, kept.length);
      lineEnds(framer.from - at);
      if (end < 0) {
        over = end !== ERR_NEED_MORE;
        if (over) {
          lost(errorText(end));
          // RFC 3261 §18.3: without a length nobody knows its body; its head is there to be judged.
          if (framer.headEnd !== NONE) message(Buffer.from(kept.subarray(framer.from, framer.headEnd)));
        }
        kept = kept.subarray(framer.from);
        return;
      }
      message(Buffer.from(kept.subarray(framer.from, end)));
      at = end;
    }
  };
}
