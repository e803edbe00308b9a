// The quiet ground of every map: our own streets, parks and water. Grey, so that data stands out.
import type { FeatureCollection } from "geojson";
import L from "leaflet";
import {
  LineLabelSymbolizer,
  LineSymbolizer,
  leafletLayer,
  type PaintRule,
  PolygonSymbolizer,
} from "protomaps-leaflet";

export const COLOURS = {
  ground: "#f3f3f0",
  water: "#c3dbea",
  park: "#dcebd5",
  street: "#ffffff",
  casing: "#c9c9c4",
  major: "#ffffff",
  motorway: "#e9dcc3",
  motorwayCasing: "#b9a988",
  label: "#4a4f55",
};

type Width = [number, number][];

const between = (stops: Width) => (zoom: number) => {
  const first = stops[0];
  const last = stops.at(-1);
  if (!first || !last) return 1;
  if (zoom <= first[0]) return first[1];
  for (let i = 1; i < stops.length; i++) {
    const [z0, w0] = stops[i - 1] as [number, number];
    const [z1, w1] = stops[i] as [number, number];
    if (zoom <= z1) return w0 + ((w1 - w0) * (zoom - z0)) / (z1 - z0);
  }
  return last[1];
};

const WIDTH: Record<string, Width> = {
  motorway: [
    [10, 1.4],
    [13, 2.6],
    [15, 6],
    [18, 16],
  ],
  major: [
    [10, 0.7],
    [13, 1.8],
    [15, 5.5],
    [18, 15],
  ],
  middle: [
    [11, 0.4],
    [13, 1.1],
    [15, 4],
    [18, 13],
  ],
  minor: [
    [12, 0.3],
    [14, 1.3],
    [15, 2.8],
    [18, 11],
  ],
};
const FIRST_ZOOM: Record<string, number> = { motorway: 0, major: 0, middle: 11, minor: 12 };

function street(rank: string, part: "casing" | "fill"): PaintRule {
  const width = between(WIDTH[rank] ?? []);
  const high = rank === "motorway";
  const casing = high ? COLOURS.motorwayCasing : COLOURS.casing;
  const fill = high ? COLOURS.motorway : COLOURS.street;
  return {
    dataLayer: "streets",
    minzoom: FIRST_ZOOM[rank] ?? 0,
    filter: (_zoom, feature) => feature.props.rank === rank,
    symbolizer: new LineSymbolizer({
      color: part === "casing" ? casing : (zoom: number) => (width(zoom) < 1.6 ? casing : fill),
      width: (zoom: number) => width(zoom) + (part === "casing" && width(zoom) >= 1.6 ? 1.4 : 0),
      lineCap: "round",
      lineJoin: "round",
    }),
  };
}

const RANKS = ["minor", "middle", "major", "motorway"];

const paintRules: PaintRule[] = [
  {
    dataLayer: "areas",
    filter: (_zoom, feature) => feature.props.kind === "park",
    symbolizer: new PolygonSymbolizer({ fill: COLOURS.park }),
  },
  {
    dataLayer: "areas",
    filter: (_zoom, feature) => feature.props.kind === "water",
    symbolizer: new PolygonSymbolizer({ fill: COLOURS.water }),
  },
  ...RANKS.map((rank) => street(rank, "casing")),
  ...RANKS.map((rank) => street(rank, "fill")),
];

const labels = (rank: string, minzoom: number, size: number) => ({
  dataLayer: "names",
  minzoom,
  filter: (_zoom: number, feature: { props: Record<string, unknown> }) =>
    feature.props.rank === rank,
  symbolizer: new LineLabelSymbolizer({
    labelProps: ["name"],
    fill: COLOURS.label,
    stroke: "#ffffff",
    width: 3,
    fontFamily: '"Public Sans", system-ui, sans-serif',
    fontWeight: rank === "major" ? 600 : 400,
    fontSize: size,
  }),
});

const labelRules = [
  labels("motorway", 13, 11),
  labels("major", 13, 12),
  labels("middle", 14, 11),
  labels("minor", 15, 11),
];

/** Vector tiles of the workspace, read by range requests. */
export function basemap(url: string, attribution: string): L.GridLayer {
  return leafletLayer({
    url,
    attribution,
    paintRules,
    labelRules,
    backgroundColor: COLOURS.ground,
    maxDataZoom: 14,
    lang: "en",
  }) as unknown as L.GridLayer;
}

/** The light ground of a stand-alone file: the larger streets as lines on a canvas. */
export function streets(data: FeatureCollection, attribution: string): L.GeoJSON {
  const pane = { pane: "tilePane", renderer: L.canvas({ pane: "tilePane", padding: 0.4 }) };
  const weight: Record<string, number> = { motorway: 2.4, major: 1.8, middle: 1.1, minor: 0.7 };
  return L.geoJSON(data, {
    interactive: false,
    attribution,
    style: (feature) => {
      const kind = feature?.properties.kind as string | undefined;
      if (kind)
        return {
          ...pane,
          stroke: false,
          fillOpacity: 1,
          fillColor: kind === "water" ? COLOURS.water : COLOURS.park,
        };
      const rank = String(feature?.properties.rank);
      return {
        ...pane,
        color: rank === "motorway" ? COLOURS.motorwayCasing : "#c4c8cc",
        weight: weight[rank] ?? 0.7,
      };
    },
    ...pane,
  } as L.GeoJSONOptions);
}
