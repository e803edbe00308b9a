import L from "leaflet";

type LatLng = [number, number];

/** Arrow heads along a path, about `every` pixels apart, redrawn when the scale changes. */
export function arrows(path: LatLng[], colour: string, every = 90): L.LayerGroup {
  const group = L.layerGroup();
  const draw = (map: L.Map) => {
    group.clearLayers();
    let walked = every / 2;
    for (let i = 1; i < path.length; i++) {
      const a = map.project(L.latLng(path[i - 1] as LatLng));
      const b = map.project(L.latLng(path[i] as LatLng));
      const length = a.distanceTo(b);
      while (length > 0 && walked <= length) {
        const at = a.add(b.subtract(a).multiplyBy(walked / length));
        group.addLayer(head(map, at, Math.atan2(b.y - a.y, b.x - a.x), colour));
        walked += every;
      }
      walked -= length;
    }
  };
  const redraw = (event: L.LeafletEvent) => draw(event.target as L.Map);
  group.on("add", () => {
    const map = (group as unknown as { _map: L.Map })._map;
    draw(map);
    map.on("zoomend", redraw);
  });
  group.on("remove", () => (group as unknown as { _map: L.Map })._map.off("zoomend", redraw));
  return group;
}

function head(map: L.Map, at: L.Point, angle: number, colour: string): L.Polygon {
  const corner = (turn: number, size: number) =>
    map.unproject(
      L.point(at.x + Math.cos(angle + turn) * size, at.y + Math.sin(angle + turn) * size),
    );
  return L.polygon([corner(0, 8), corner(2.45, 7), corner(Math.PI, 2.5), corner(-2.45, 7)], {
    color: "#ffffff",
    weight: 1,
    fillColor: colour,
    fillOpacity: 1,
    interactive: false,
  });
}
