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
import { picture, show } from "./picture.ts";
import { onRatio } from "./ratio.ts";
import { between, type Width } from "./scale.ts";

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

const WIDTH: Record<string, Width> = {
  motorway: [
    [10, 1.4],
    [13, 2.6],
    [15, 6],
    [18, 16],
  ],
  major: [
    [10, 0.8],
    [13, 2],
    [15, 5.5],
    [18, 15],
  ],
  middle: [
    [11, 0.6],
    [13, 1.3],
    [15, 4],
    [18, 13],
  ],
  ramp: [
    [12, 0.6],
    [14, 1.8],
    [15, 2.8],
    [18, 9],
  ],
  minor: [
    [12, 0.5],
    [14, 1.2],
    [15, 2.6],
    [18, 11],
  ],
};
// While a street is too thin for a casing it is one line, the paler the lesser.
const THIN: Record<string, string> = {
  motorway: COLOURS.motorwayCasing,
  major: "#c2c3c0",
  middle: "#cecfcb",
  ramp: "#d6cdb8",
  minor: "#dedfdb",
};
const FIRST_ZOOM: Record<string, number> = { middle: 11, ramp: 12, minor: 12 };
const CASED_FROM = 1.9;

function street(rank: string, part: "casing" | "fill"): PaintRule {
  const width = between(WIDTH[rank] ?? []);
  const warm = rank === "motorway" || rank === "ramp";
  const casing = warm ? COLOURS.motorwayCasing : COLOURS.casing;
  const fill = warm ? COLOURS.motorway : COLOURS.street;
  const thin = THIN[rank] ?? casing;
  const cased = (zoom: number) => width(zoom) >= CASED_FROM;
  return {
    dataLayer: "streets",
    minzoom: FIRST_ZOOM[rank] ?? 0,
    filter: (_zoom, feature) => feature.props.rank === rank,
    symbolizer: new LineSymbolizer({
      color: (zoom: number) => (cased(zoom) ? (part === "casing" ? casing : fill) : thin),
      width: (zoom: number) => width(zoom) + (part === "casing" && cased(zoom) ? 1.4 : 0),
      lineCap: "round",
      lineJoin: "round",
    }),
  };
}

const RANKS = ["minor", "ramp", "middle", "major", "motorway"];

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
  dataLayer: "streets",
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

type TileCanvas = HTMLCanvasElement & { key?: string };

interface Tiled extends L.GridLayer {
  devicePixelRatio: number;
  /** Canvas pixels of a side. */
  tileSize: number;
  renderTile(at: L.Coords, element: TileCanvas, key: string, done?: () => void): Promise<void>;
}

/** Vector tiles of the workspace, read by range requests. */
export function basemap(url: string, attribution: string): L.GridLayer {
  const layer = leafletLayer({
    url,
    attribution,
    paintRules,
    labelRules,
    backgroundColor: COLOURS.ground,
    maxDataZoom: 14,
    lang: "en",
  }) as unknown as Tiled;
  const render = layer.renderTile.bind(layer);
  layer.renderTile = async (at, element, key, done) => {
    const tile = { ...picture(0, 0), shown: element };
    // The tile's key is taken from it when it is no longer wanted.
    Object.defineProperty(tile.context.canvas, "key", { get: () => element.key });
    await render(at, tile.context.canvas, key);
    const { width, height } = tile.context.canvas;
    if (!width) return;
    Object.assign(element, { width, height });
    show(tile);
    done?.();
  };
  // Tiles keep the pixels that they were drawn with.
  onRatio(() => {
    const ratio = window.devicePixelRatio;
    Object.assign(layer, { devicePixelRatio: ratio, tileSize: layer.getTileSize().x * ratio });
    layer.redraw();
  });
  return layer;
}

/** The light ground of a stand-alone file: the larger streets as lines on a canvas. */
export function streets(data: FeatureCollection, attribution: string): L.GeoJSON {
  const pane = { pane: "tilePane", renderer: L.canvas({ pane: "tilePane", padding: 0.4 }) };
  const weight: Record<string, number> = { motorway: 2.2, major: 1.7, middle: 1.1 };
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
        color: THIN[rank] ?? COLOURS.casing,
        weight: weight[rank] ?? 0.7,
      };
    },
    ...pane,
  } as L.GeoJSONOptions);
}
