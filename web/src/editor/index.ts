// The page on which a plan is drawn.
import L from "leaflet";
import { basemap } from "../map/basemap.ts";
import { getJson } from "./api.ts";
import { Editing, type StateJson } from "./editing.ts";
import type { GroundJson } from "./ground.ts";
import { Keys } from "./keys.ts";
import { UnitLayer } from "./layer.ts";
import { Overlay } from "./overlay.ts";
import { panels } from "./panels/index.ts";
import { Sync } from "./sync.ts";
import { Toolbar } from "./toolbar.ts";
import { Tools } from "./tools.ts";

const PANES = { units: 410, marks: 420 };

async function start(root: HTMLElement): Promise<void> {
  const at = { ground: "", state: "", edits: "", user: "", ...root.dataset };
  const [ground, state] = await Promise.all([
    getJson<GroundJson>(at.ground),
    getJson<StateJson>(`${at.state}?since=0`),
  ]);
  const editing = new Editing(ground, state);
  const box = root.querySelector<HTMLElement>(".editor-map") as HTMLElement;
  const map = L.map(box, {
    keyboard: false,
    boxZoom: false,
    doubleClickZoom: false,
    zoomControl: false,
    attributionControl: false,
    zoomSnap: 0.25,
    minZoom: 8,
    maxZoom: 19,
  });
  editing.map = map;
  for (const [name, level] of Object.entries(PANES)) {
    const pane = map.createPane(name);
    pane.style.zIndex = String(level);
    pane.style.pointerEvents = "none";
  }
  L.control.zoom({ position: "bottomright" }).addTo(map);
  L.control.scale({ position: "bottomleft" }).addTo(map);

  const whole = () => {
    const { ground } = editing;
    map.fitBounds(ground.corners(ground.units.keys()), { animate: false, padding: [12, 12] });
  };
  whole();
  panels(editing, {
    table: root.querySelector("#panel-table") as HTMLElement,
    side: root.querySelector("#panel-side") as HTMLElement,
    actions: root.querySelector("#panel-actions") as HTMLElement,
    aside: root.querySelector("#panel-aside") as HTMLElement,
  });
  // What the panels leave is the map's: nothing is drawn before that is known.
  map.invalidateSize({ animate: false });
  whole();
  const layer = new UnitLayer(editing, map);
  const overlay = new Overlay(editing, map, layer);
  const tools = new Tools(editing, map, layer, overlay);
  new Toolbar(root, editing, layer, overlay, tools);
  new Keys(editing, map, layer, overlay, tools, whole);
  layer.draw();
  overlay.reset();
  basemap(ground.address, "").addTo(map);
  new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(box);
  new Sync(editing, at, ground.plan, at.user);
  root.querySelector("[data-loading]")?.remove();
  root.dataset.ready = "";
}

const root = document.querySelector<HTMLElement>("#editor");
if (root)
  start(root).catch((error: Error & { remedy?: string }) => {
    const place = root.querySelector("[data-loading]");
    if (place)
      place.textContent = `The plan cannot be shown: ${error.message} ${error.remedy ?? ""}`;
  });
