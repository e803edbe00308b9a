import type { Feature, FeatureCollection } from "geojson";
import L from "leaflet";
import { announce } from "./messages.ts";
import { plain } from "./text.ts";

/** What geoteam/maps/features.py writes into every feature. */
interface Properties {
  code?: string;
  label?: string;
  said?: string;
  group?: string;
  style?: L.PathOptions;
  mark?: string;
}

type Shape = L.Path & { feature?: Feature };

const shapes = new Map<string, Shape[]>();
const byCode = new Map<string, Shape[]>();
const pins = new Map<string, L.Marker>();
let lit: Shape[] = [];

const props = (feature: Feature | undefined): Properties =>
  (feature?.properties ?? {}) as Properties;

/** onEachFeature of areas and cells: highlight, keyboard, and the tie to the table. */
export function area(feature: Feature, layer: L.Layer): void {
  const shape = layer as Shape;
  const { code, group = "" } = props(feature);
  const list = shapes.get(group) ?? [];
  list.push(shape);
  shapes.set(group, list);
  if (code !== undefined) byCode.set(code, [...(byCode.get(code) ?? []), shape]);
  shape.on("mouseover", () => light([shape]));
  shape.on("mouseout", () => light([]));
  shape.on("click", () => announce(code));
  shape.on("add", () => dress(shape, list));
}

function dress(shape: Shape, list: Shape[]): void {
  const element = shape.getElement();
  if (!(element instanceof SVGElement) || element.hasAttribute("tabindex")) return;
  const { said, label, code } = props(shape.feature);
  element.setAttribute("role", "img");
  element.setAttribute("aria-label", plain(said ?? label ?? code));
  // One stop of the tab key a layer; the arrow keys go from area to area.
  element.setAttribute("tabindex", list[0] === shape ? "0" : "-1");
  element.addEventListener("focus", () => {
    shape.openTooltip();
    // Raising the element would move it in the document, and it would lose the focus.
    light([shape], false);
  });
  element.addEventListener("blur", () => {
    shape.closeTooltip();
    light([]);
  });
  element.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      announce(code);
      shape.openPopup();
    } else if (step) {
      event.preventDefault();
      event.stopPropagation();
      const next = list[(list.indexOf(shape) + step + list.length) % list.length]?.getElement();
      if (next instanceof SVGElement) {
        element.setAttribute("tabindex", "-1");
        next.setAttribute("tabindex", "0");
        next.focus();
      }
    }
  });
}

function light(next: Shape[], raise = true): void {
  for (const shape of lit) {
    const { style } = props(shape.feature);
    if (style) shape.setStyle(style);
  }
  lit = next;
  for (const shape of lit) {
    const weight = (props(shape.feature).style?.weight ?? 1) + 2;
    shape.setStyle({ weight, color: "#0b3a6b", opacity: 1 });
    if (raise) shape.bringToFront();
  }
}

/** Highlights the area of a table row, or a point; an empty code ends it. */
export function show(code: string, map: L.Map): void {
  for (const marker of pins.values()) marker.getElement()?.classList.remove("gt-pin-lit");
  const marker = pins.get(code);
  if (marker) {
    marker.getElement()?.classList.add("gt-pin-lit");
    marker.setZIndexOffset(1000);
    if (!map.getBounds().contains(marker.getLatLng()))
      map.panTo(marker.getLatLng(), { animate: false });
  }
  const found = byCode.get(code) ?? [];
  light(found);
  const first = found[0];
  if (first instanceof L.Polygon && !map.getBounds().contains(first.getBounds()))
    map.panTo(first.getBounds().getCenter(), { animate: false });
}

/** onEachFeature of points: a title for everybody, and marks that differ by more than colour. */
export function point(kind: string, mark: string): (feature: Feature, layer: L.Layer) => void {
  const size = kind === "stop" || kind === "start" ? 28 : 22;
  return (feature, layer) => {
    if (!(layer instanceof L.Marker)) return;
    const { label, mark: own, code } = props(feature);
    const name = plain(label);
    layer.options.title = name;
    layer.options.alt = name;
    const face = document.createElement("span");
    face.textContent = plain(own ?? mark);
    const className = `gt-pin gt-pin-${kind}`;
    layer.setIcon(L.divIcon({ className, html: face, iconSize: [size, size] }));
    if (code !== undefined) pins.set(code, layer);
    layer.on("click", () => announce(code));
  };
}

/** Popups of a group work through its map; one inside a cluster has none, so each point gets its own. */
export function share(group: L.GeoJSON): void {
  const popup = group.getPopup();
  const content = popup?.getContent();
  if (!popup || !content) return;
  group.unbindPopup();
  group.eachLayer((layer) => layer.bindPopup(content as never, { ...popup.options }));
}

/** The disc that stands for many points. */
export function cluster(kind: string, many: string): (group: L.MarkerCluster) => L.DivIcon {
  return (group) => {
    const count = group.getChildCount();
    const size = count < 10 ? 30 : count < 100 ? 36 : count < 1000 ? 44 : 52;
    const face = document.createElement("span");
    face.textContent = count.toLocaleString("en-US");
    const told = document.createElement("span");
    told.className = "gt-hidden";
    told.textContent = ` ${plain(many)}, press to zoom in`;
    face.append(told);
    return L.divIcon({
      className: `gt-cluster gt-cluster-${kind}`,
      html: face,
      iconSize: [size, size],
    });
  };
}

/** Texts inside areas; hidden while the map is too small for them. */
export function names(data: FeatureCollection, fromZoom: number): L.GeoJSON {
  const group = L.geoJSON(data, {
    pointToLayer: (feature, at) => {
      const face = document.createElement("span");
      face.textContent = plain(feature.properties.text);
      const icon = L.divIcon({ className: "gt-area-name", html: face, iconSize: [0, 0] });
      return L.marker(at, { icon, interactive: false, keyboard: false, zIndexOffset: -1000 });
    },
  });
  const judge = (map: L.Map) => {
    for (const layer of group.getLayers() as L.Marker[])
      layer.setOpacity(map.getZoom() >= fromZoom ? 1 : 0);
  };
  const onZoom = (event: L.LeafletEvent) => judge(event.target as L.Map);
  const mapOf = () => (group as unknown as { _map: L.Map })._map;
  group.on("add", () => {
    judge(mapOf());
    mapOf().on("zoomend", onZoom);
  });
  group.on("remove", () => mapOf().off("zoomend", onZoom));
  return group;
}
