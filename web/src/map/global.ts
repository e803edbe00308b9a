// markercluster and protomaps-leaflet extend a global L; this module is evaluated before theirs.
import L from "leaflet";

declare global {
  interface Window {
    L: typeof L;
    geoteam: unknown;
  }
}

window.L = L;
