// What every folium map of geoteam runs on: Leaflet, clusters, the basemap and our own behaviour.
import "./global.ts";
import "leaflet.markercluster";
import L from "leaflet";
import { basemap, streets } from "./basemap.ts";
import { area, cluster, names, point, share, show } from "./features.ts";
import { hear, tell } from "./messages.ts";
import { pin } from "./pin.ts";
import { arrows } from "./route.ts";

interface Options {
  bounds: L.LatLngBoundsLiteral | null;
}

const NARROW = 640;
// Below this the list of layers would cover the map.
const ROOMY = 900;
const CLOSE = 14;
// Width of the legends, with their margin.
const LEGEND = 270;

/** Called last by every map. */
function finish(map: L.Map, options: Options): void {
  map.attributionControl.setPrefix("Leaflet");
  L.control.scale({ position: "bottomright" }).addTo(map);
  if (options.bounds)
    map.fitBounds(options.bounds, {
      // Keep the city out from under the legend, where there is room beside it.
      paddingTopLeft: [window.innerWidth < NARROW ? 12 : LEGEND, 12],
      paddingBottomRight: [12, 12],
      animate: false,
    });
  const nearness = () => map.getContainer().classList.toggle("gt-close", map.getZoom() >= CLOSE);
  map.on("zoomend", nearness);
  nearness();
  const narrow = window.innerWidth < NARROW;
  for (const legend of document.querySelectorAll<HTMLDetailsElement>(".gt-legend"))
    legend.open = !narrow;
  for (const panel of document.querySelectorAll<HTMLElement>(".gt-legends, .gt-empty")) {
    L.DomEvent.disableClickPropagation(panel);
    L.DomEvent.disableScrollPropagation(panel);
  }
  document.querySelector(".leaflet-control-layers-toggle")?.setAttribute("aria-label", "Layers");
  hear("show", ({ code }) => show(code, map));
  map.getContainer().dataset.ready = "true";
  tell({ geoteam: "ready" });
}

L.Control.Layers.addInitHook(function (this: L.Control.Layers) {
  if (window.innerWidth < ROOMY) this.options.collapsed = true;
});

window.geoteam = { area, arrows, basemap, cluster, finish, names, pin, point, share, streets };
