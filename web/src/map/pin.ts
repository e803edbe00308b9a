// The pin that a reviewer sets: dragged, put down by a click, or moved by the arrow keys.
import L from "leaflet";
import { hear, tell } from "./messages.ts";
import { step } from "./step.ts";

// What the map shows from side to side when a pin is to be set, in metres.
const CLOSE_M = 150;

/** Adds the pin to a map; it shows when the page around the map asks for it. */
export function pin(map: L.Map, place: [number, number]): void {
  const face = document.createElement("span");
  const marker = L.marker(place, {
    draggable: true,
    autoPan: true,
    title: "The pin: arrow keys move it, Enter goes back to the form",
    alt: "The pin: arrow keys move it, Enter goes back to the form",
    icon: L.divIcon({
      className: "gt-set-pin",
      html: face,
      iconSize: [30, 40],
      iconAnchor: [15, 40],
    }),
    zIndexOffset: 2000,
  });
  const say = () => {
    const { lat, lng } = marker.getLatLng();
    tell({ geoteam: "pinned", lat, lon: lng });
  };
  const put = (at: L.LatLng) => {
    marker.setLatLng(at);
    if (!map.getBounds().pad(-0.1).contains(at)) map.panTo(at, { animate: false });
    say();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Enter" || event.key === "Escape") {
      event.preventDefault();
      tell({ geoteam: "let go" });
      return;
    }
    const { lat, lng } = marker.getLatLng();
    const moved = step(event.key, lat, lng, event.shiftKey ? 50 : 5);
    if (!moved) return;
    // The map itself would pan.
    event.preventDefault();
    event.stopPropagation();
    put(L.latLng(moved));
  };
  marker.on("add", () => marker.getElement()?.addEventListener("keydown", onKey));
  marker.on("dragend", say);
  map.on("click", (event: L.LeafletMouseEvent) => {
    if (map.hasLayer(marker)) put(event.latlng);
  });
  hear("pin", ({ on, near, lat, lon }) => {
    if (!on) {
      marker.remove();
      return;
    }
    const known = lat !== undefined && lon !== undefined;
    const begins = !map.hasLayer(marker);
    if (known) marker.setLatLng([lat, lon]);
    marker.addTo(map);
    if (begins && (near || known)) closeUp(map, marker.getLatLng());
    else if (!map.getBounds().contains(marker.getLatLng()))
      map.panTo(marker.getLatLng(), { animate: false });
    // Who came here by the keyboard goes on with the keyboard.
    if (document.hasFocus()) marker.getElement()?.focus();
  });
}

/** Shows a place so near that doors can be told from each other. */
function closeUp(map: L.Map, place: L.LatLng): void {
  const { x, y } = map.getSize();
  const side = (at: number) => map.containerPointToLatLng([at, y / 2]);
  const across = map.distance(side(0), side(x));
  const zoom = Math.round(map.getScaleZoom(across / CLOSE_M, map.getZoom()));
  map.setView(place, zoom, { animate: false });
}
