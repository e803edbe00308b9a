// All tours of a day on one map. A tour has a colour and a letter; a stop has both and its number.
import L from "leaflet";
import { PALETTE } from "../editor/colours.ts";
import { basemap } from "../map/basemap.ts";
import { arrows } from "../map/route.ts";
import { type Place, spread } from "./spread.ts";

type LatLng = [number, number];

interface Drawn {
  ref: string;
  letter: string;
  colour: number;
  officer: string;
  start: [number, number, string];
  route: LatLng[];
  stops: { client: string; number: number; at: LatLng; title: string }[];
}

const DARK = "#10161c";
// Marks are 28 pixels wide: closer together than that they hide each other.
const APART_PX = 30;

/** What a map showed, so that the next one shows the same. */
export interface View {
  centre: L.LatLng;
  zoom: number;
}

interface Line {
  casing: L.Polyline;
  line: L.Polyline;
  heads: L.LayerGroup;
}

export class DayMap {
  private readonly map: L.Map;
  private readonly lines = new Map<string, Line>();
  private readonly pins = new Map<string, L.Marker>();
  /** Every mark with its true place; those of the start stay where they are. */
  private readonly marks: { marker: L.Marker; at: LatLng; stays: boolean }[] = [];
  private readonly leaders = L.layerGroup();
  private readonly watched: ResizeObserver;

  constructor(
    private readonly root: HTMLElement,
    box: HTMLElement,
    view: View | null,
  ) {
    const drawn: Drawn[] = JSON.parse(root.dataset.drawn ?? "[]");
    box.replaceChildren();
    this.map = L.map(box, { zoomSnap: 0.25, minZoom: 8, maxZoom: 19, attributionControl: false });
    basemap(root.dataset.basemap ?? "", "").addTo(this.map);
    L.control.scale({ position: "bottomleft" }).addTo(this.map);
    for (const tour of drawn) this.draw(tour);
    for (const line of JSON.parse(root.dataset.closed ?? "[]") as LatLng[][]) this.bar(line);
    this.leaders.addTo(this.map);
    const all = drawn.flatMap((tour) => [
      ...tour.route,
      ...tour.stops.map((stop) => stop.at),
      [tour.start[0], tour.start[1]] as LatLng,
    ]);
    const known = all.filter(([lat, lon]) => Number.isFinite(lat) && Number.isFinite(lon));
    if (view) this.map.setView(view.centre, view.zoom, { animate: false });
    else if (known.length) this.map.fitBounds(known, { padding: [24, 24], animate: false });
    this.part();
    this.map.on("zoomend", () => this.part());
    this.watched = new ResizeObserver(() => this.map.invalidateSize({ animate: false }));
    this.watched.observe(box);
    this.tie();
    box.dataset.ready = "";
  }

  get view(): View {
    return { centre: this.map.getCenter(), zoom: this.map.getZoom() };
  }

  /** Takes the map down and tells what it showed. */
  leave(): View {
    const { view } = this;
    this.watched.disconnect();
    // The lists that are still there for a moment have nothing to light up any more.
    this.lines.clear();
    this.pins.clear();
    this.map.remove();
    return view;
  }

  /** A closed street is barred in black and white, as in geoteam/maps/draw.py. */
  private bar(line: LatLng[]): void {
    const common = { opacity: 1, lineCap: "butt", interactive: false } as const;
    L.polyline(line, { ...common, color: DARK, weight: 7 }).addTo(this.map);
    L.polyline(line, { ...common, color: "#ffffff", weight: 4, dashArray: "6 6" }).addTo(this.map);
  }

  /** Puts marks that would hide each other side by side, each tied by a line to its true place. */
  private part(): void {
    const zoom = this.map.getZoom();
    const places: Place[] = this.marks.map(({ at, stays }) => {
      const { x, y } = this.map.project(at, zoom);
      return { x, y, stays };
    });
    this.leaders.clearLayers();
    spread(places, APART_PX).forEach((to, row) => {
      const mark = this.marks[row];
      const from = places[row];
      if (!mark || !from) return;
      const aside = Math.hypot(to.x - from.x, to.y - from.y) > 3;
      const spot = aside ? this.map.unproject(L.point(to.x, to.y), zoom) : L.latLng(mark.at);
      mark.marker.setLatLng(spot);
      if (!aside) return;
      const style = { color: DARK, weight: 2, opacity: 1, interactive: false };
      this.leaders.addLayer(L.polyline([mark.at, spot], style));
      const dot = { ...style, radius: 4, fillColor: "#ffffff", fillOpacity: 1 };
      this.leaders.addLayer(L.circleMarker(mark.at, dot));
    });
  }

  private draw(tour: Drawn): void {
    const colour = PALETTE[tour.colour] ?? DARK;
    if (tour.route.length > 1) {
      const casing = L.polyline(tour.route, {
        color: DARK,
        weight: 6,
        opacity: 0.85,
        interactive: false,
      });
      const line = L.polyline(tour.route, { color: colour, weight: 3.5, opacity: 1 });
      line.bindTooltip(`Tour ${tour.letter}`, { sticky: true });
      const heads = arrows(tour.route, DARK, 180);
      this.lines.set(tour.ref, { casing, line, heads });
      for (const layer of [casing, line, heads]) layer.addTo(this.map);
      line.on("mouseover", () => this.light(tour.ref));
      line.on("mouseout", () => this.light(""));
    }
    const [lat, lon, name] = tour.start;
    if (Number.isFinite(lat) && Number.isFinite(lon))
      this.pin([lat, lon], "S", "day-pin day-pin-start", `Start and end: ${name || "office"}`);
    for (const stop of tour.stops) {
      const text = `${tour.letter}${stop.number}`;
      const marker = this.pin(stop.at, text, `day-pin day-c${tour.colour}`, stop.title);
      this.pins.set(stop.client, marker);
      marker.on("mouseover", () => this.mark(stop.client));
      marker.on("mouseout", () => this.mark(""));
      marker.on("click", () => {
        const visit = this.visit(stop.client);
        visit?.scrollIntoView({ block: "nearest" });
        visit?.querySelector<HTMLElement>("[data-move], a")?.focus();
      });
    }
  }

  private pin(at: LatLng, text: string, className: string, title: string): L.Marker {
    const face = document.createElement("span");
    face.textContent = text;
    const icon = L.divIcon({ className, html: face, iconSize: [28, 28] });
    const marker = L.marker(at, { icon, title, alt: title }).addTo(this.map);
    this.marks.push({ marker, at, stays: className.includes("day-pin-start") });
    return marker;
  }

  private visit(client: string): HTMLElement | undefined {
    return [...this.root.querySelectorAll<HTMLElement>("[data-visit]")].find(
      (one) => one.dataset.client === client,
    );
  }

  /** The list lights up what the map points at, and the other way round. */
  private tie(): void {
    for (const card of this.root.querySelectorAll<HTMLElement>("section[data-version]")) {
      card.addEventListener("mouseenter", () => this.light(card.dataset.tour ?? ""));
      card.addEventListener("mouseleave", () => this.light(""));
    }
    for (const visit of this.root.querySelectorAll<HTMLElement>("[data-visit]")) {
      const client = visit.dataset.client ?? "";
      for (const kind of ["mouseenter", "focusin"])
        visit.addEventListener(kind, () => this.mark(client));
      for (const kind of ["mouseleave", "focusout"])
        visit.addEventListener(kind, () => this.mark(""));
    }
  }

  private light(ref: string): void {
    for (const [own, { casing, line, heads }] of this.lines) {
      const dim = ref !== "" && own !== ref;
      line.setStyle({ opacity: dim ? 0.25 : 1, weight: own === ref ? 5 : 3.5 });
      casing.setStyle({ opacity: dim ? 0.15 : 0.85, weight: own === ref ? 8 : 6 });
      if (dim) heads.remove();
      else heads.addTo(this.map);
      if (own === ref) {
        casing.bringToFront();
        line.bringToFront();
      }
    }
    for (const card of this.root.querySelectorAll<HTMLElement>("section[data-version]"))
      card.classList.toggle("is-lit", card.dataset.tour === ref && ref !== "");
  }

  private mark(client: string): void {
    for (const [own, pin] of this.pins) {
      pin.getElement()?.classList.toggle("is-lit", own === client);
      pin.setZIndexOffset(own === client ? 1000 : 0);
    }
    for (const visit of this.root.querySelectorAll<HTMLElement>("[data-visit]"))
      visit.classList.toggle("is-lit", client !== "" && visit.dataset.client === client);
  }
}
