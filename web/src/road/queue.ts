// Words that the server has not taken yet, kept in this phone until it has. Each belongs to the user
// who said it, and is sent in nobody else's name.
import type { Word } from "./types.ts";

const NAME = "geoteam-road";
const STORE = "words";

export interface Waiting {
  key: string;
  who: string;
  ref: string;
  word: Word;
  /** Why the server will never take it; "" while it waits. */
  refused: string;
  /** Key of the word that this one takes back. */
  undoes?: string;
}

function open(): Promise<IDBDatabase> {
  return new Promise((done, failed) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: "key" });
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
}

async function run<T>(
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest<T> | null,
): Promise<T | undefined> {
  const db = await open();
  try {
    return await new Promise((done, failed) => {
      // Strict: on the disk before the page says that it is kept.
      const change = db.transaction(STORE, mode, { durability: "strict" });
      const asked = work(change.objectStore(STORE));
      change.oncomplete = () => done(asked?.result);
      change.onerror = () => failed(change.error);
      change.onabort = () => failed(change.error);
    });
  } finally {
    db.close();
  }
}

/** Everybody's words that wait in this phone, in the order in which they were said. */
export async function all(): Promise<Waiting[]> {
  const found = (await run("readonly", (store) => store.getAll())) as Waiting[] | undefined;
  return (found ?? []).sort((a, b) => Date.parse(a.word.at) - Date.parse(b.word.at));
}

export async function add(one: Waiting): Promise<void> {
  await run("readwrite", (store) => store.put(one));
}

export async function remove(keys: readonly string[]): Promise<void> {
  await run("readwrite", (store) => {
    for (const key of keys) store.delete(key);
    return null;
  });
}

/** A word without what was written with it and without its place. */
export function bare(one: Waiting): Waiting {
  const { key, kind, client, at } = one.word;
  return { ...one, word: { key, kind, client, at } };
}

/** Drops what was written with words of a user that the server will never take. */
export async function forgetNotes(who: string): Promise<void> {
  for (const one of await all()) if (one.who === who && one.refused) await add(bare(one));
}

/** Marks words that the server will never take, so that they are shown and not sent again. One that
 * was taken back meanwhile goes, and so does what took it back: the server has nothing to take back. */
export async function refuse(why: Readonly<Record<string, string>>): Promise<void> {
  const kept = await all();
  for (const one of kept) {
    const told = why[one.key];
    if (!told) continue;
    const undone = kept.filter((other) => other.undoes === one.key);
    if (undone.length) await remove([one, ...undone].map((gone) => gone.key));
    else if (!one.undoes || !why[one.undoes]) await add({ ...one, refused: told });
  }
}
