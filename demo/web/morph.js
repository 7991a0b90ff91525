const NAME = 'opened-picture'

/**
 * Runs `change`, during which the picture moves from one element to the other where the browser can show that.
 * Either element may be missing; the change always happens.
 */
export function morph(from, change, to) {
  const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches
  if (!document.startViewTransition || isCalm || !from) {
    change()
    return
  }
  from.style.viewTransitionName = NAME
  const transition = document.startViewTransition(() => {
    from.style.viewTransitionName = ''
    change()
    const target = to()
    if (target) target.style.viewTransitionName = NAME
  })
  transition.finished.finally(() => {
    const target = to()
    if (target) target.style.viewTransitionName = ''
  })
}
