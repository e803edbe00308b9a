/**
 * Runs whenever the screen has other pixels than before: the window was moved to another screen, or
 * the browser zooms.
 */
export function onRatio(run: () => void): void {
  window.matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`).addEventListener(
    "change",
    () => {
      run();
      onRatio(run);
    },
    { once: true },
  );
}
