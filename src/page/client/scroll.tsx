import type { ComponentChildren } from 'preact'

/** What may be wider or higher than its place: it scrolls by pointer and, as it can be focused, by keyboard. */
export function Scroll({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <section class="scroll" tabindex={0} aria-label={label}>
      {children}
    </section>
  )
}
