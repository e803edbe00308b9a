// What was drawn on a canvas, as a still picture in the page. A canvas in the page that can be drawn
// upon is copied to the screen with every frame, even where nothing on it has changed.

export interface Picture {
  /** Of the canvas drawn upon, which is not in the page. */
  context: CanvasRenderingContext2D;
  /** Stands in the page. */
  shown: HTMLCanvasElement;
}

export function picture(width: number, height: number): Picture {
  const drawn = document.createElement("canvas");
  const shown = document.createElement("canvas");
  for (const canvas of [drawn, shown]) Object.assign(canvas, { width, height });
  return { context: drawn.getContext("2d") as CanvasRenderingContext2D, shown };
}

/** Shows what is drawn. */
export function show({ context: { canvas }, shown }: Picture): void {
  if (!("OffscreenCanvas" in window)) {
    // Safari before 16.4: right, if slower.
    const context = shown.getContext("2d");
    context?.clearRect(0, 0, canvas.width, canvas.height);
    context?.drawImage(canvas, 0, 0);
    return;
  }
  const copy = new OffscreenCanvas(canvas.width, canvas.height);
  copy.getContext("2d")?.drawImage(canvas, 0, 0);
  shown.getContext("bitmaprenderer")?.transferFromImageBitmap(copy.transferToImageBitmap());
}
