/** Tells whether somebody is at a list: its rows must not move away from under a pointer, a focus, or eyes that have gone down. */

import { type FocusEvent, type PointerEvent, type RefObject, useEffect, useState } from 'react';

/** Less is no reading further down: the beginning of the list is still what one looks at. */
const scrolledPx = 40;

interface Reading {
  readonly isRead: boolean;
  /** For the element that the list is in. */
  readonly handlers: {
    onPointerEnter(event: PointerEvent): void;
    onPointerLeave(event: PointerEvent): void;
    onFocus(event: FocusEvent): void;
    onBlur(event: FocusEvent): void;
  };
}

export function useReading(list: RefObject<HTMLElement | null>): Reading {
  const [isPointedAt, setPointedAt] = useState(false);
  const [hasFocus, setFocus] = useState(false);
  const [isScrolled, setScrolled] = useState(false);
  useEffect(() => {
    const onScroll = (): void => {
      setScrolled(scrollY > scrolledPx);
      // A focused row that was scrolled out of sight is gone, and told nobody.
      setFocus(list.current !== null && hasKeyboardIn(list.current));
    };
    addEventListener('scroll', onScroll, { passive: true });
    onScroll();
    return () => removeEventListener('scroll', onScroll);
  }, [list]);
  return {
    isRead: isPointedAt || hasFocus || isScrolled,
    handlers: {
      // A finger points at nothing while it rests.
      onPointerEnter: ({ pointerType }) => setPointedAt(pointerType === 'mouse'),
      onPointerLeave: () => setPointedAt(false),
      onFocus: ({ currentTarget }) => setFocus(hasKeyboardIn(currentTarget)),
      onBlur: ({ currentTarget, relatedTarget }) => setFocus(relatedTarget !== null && currentTarget.contains(relatedTarget)),
    },
  };
}

/** What was clicked has the focus too, long after the pointer has gone elsewhere: that is no reading. */
function hasKeyboardIn(list: Element): boolean {
  return list.querySelector(':focus-visible') !== null;
}
