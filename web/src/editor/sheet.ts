// A canvas over the map that keeps its place while the map is dragged and zoomed.
import L from "leaflet";

/** How much of the view is drawn beyond each of its edges, for dragging. */
const BEYOND = 0.06;

export class Sheet {
  readonly canvas: HTMLCanvasElement;
  readonly context: CanvasRenderingContext2D;
  /** Canvas pixels a screen pixel. */
  ratio = 1;
  /** Size in screen pixels. */
  size = L.point(0, 0);
  /** World pixels, at the level shown, of the upper left corner. */
  corner = L.point(0, 0);
  zoom = 0;
  private place = L.latLng(0, 0);

  constructor(
    private readonly map: L.Map,
    pane: string,
  ) {
    this.canvas = document.createElement("canvas");
    this.canvas.className = "editor-sheet leaflet-zoom-animated";
    this.canvas.setAttribute("aria-hidden", "true");
    map.getPane(pane)?.append(this.canvas);
    this.context = this.canvas.getContext("2d") as CanvasRenderingContext2D;
    map.on("zoomanim", (event) => this.stretch(event.zoom, event.center));
    map.on("zoom", () => this.stretch(map.getZoom(), map.getCenter()));
  }

  /** Fits the canvas to the view; what was on it is gone. */
  reset(): void {
    const { map } = this;
    const view = map.getSize();
    const beyond = view.multiplyBy(BEYOND).round();
    this.zoom = map.getZoom();
    this.ratio = Math.min(2, window.devicePixelRatio || 1);
    this.size = view.add(beyond.multiplyBy(2));
    const corner = map.containerPointToLayerPoint(beyond.multiplyBy(-1));
    L.DomUtil.setTransform(this.canvas, corner, 1);
    this.corner = map.getPixelOrigin().add(corner);
    this.place = map.unproject(this.corner, this.zoom);
    const width = Math.round(this.size.x * this.ratio);
    const height = Math.round(this.size.y * this.ratio);
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
      this.canvas.style.width = `${this.size.x}px`;
      this.canvas.style.height = `${this.size.y}px`;
    } else {
      this.context.setTransform(1, 0, 0, 1, 0, 0);
      this.context.clearRect(0, 0, width, height);
    }
  }

  private stretch(zoom: number, center: L.LatLng): void {
    const { map } = this;
    const pane = L.DomUtil.getPosition(map.getPanes().mapPane);
    const origin = map.project(center, zoom).subtract(map.getSize().divideBy(2)).add(pane);
    const corner = map.project(this.place, zoom).subtract(origin);
    L.DomUtil.setTransform(this.canvas, corner, map.getZoomScale(zoom, this.zoom));
  }
}
