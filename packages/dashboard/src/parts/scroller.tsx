/** Bounds the height of what may be long. While it grows its end stays in sight, unless somebody has gone up; one press goes back to the end. */

import { ArrowDown } from 'lucide-react';
import { type ReactNode, useLayoutEffect, useRef, useState } from 'react';
import styles from './scroller.module.css';

interface ScrollerProps {
  readonly label: string;
  /** More is still coming. */
  readonly isGrowing?: boolean;
  readonly children: ReactNode;
}

/** Closer to the end than a line is at the end. */
const nearPx = 12;

export function Scroller({ label, isGrowing = false, children }: ScrollerProps) {
  const box = useRef<HTMLElement>(null);
  const [isAtEnd, setAtEnd] = useState(isGrowing);
  const toEnd = (): void => {
    if (box.current !== null) box.current.scrollTop = box.current.scrollHeight;
  };
  const wasGrowing = useRef(isGrowing);
  // After whatever was drawn: what it was drawn for may have made it longer, and been the last of it.
  useLayoutEffect(() => {
    if ((isGrowing || wasGrowing.current) && isAtEnd) toEnd();
    wasGrowing.current = isGrowing;
  });
  const follow = (): void => {
    setAtEnd(true);
    toEnd();
  };
  const onScroll = (): void => {
    const { scrollHeight = 0, scrollTop = 0, clientHeight = 0 } = box.current ?? {};
    setAtEnd(scrollHeight - scrollTop - clientHeight < nearPx);
  };
  return (
    <div className={styles['place']}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard. */}
      <section ref={box} className={styles['box']} aria-label={label} tabIndex={0} onScroll={onScroll}>
        {children}
      </section>
      {isGrowing && !isAtEnd && (
        <button type="button" className={styles['follow']} onClick={follow}>
          <ArrowDown size={14} aria-hidden="true" />
          Follow the end
        </button>
      )}
    </div>
  );
}
