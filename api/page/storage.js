// What the browser keeps for this page. What it will not keep, as it may not or has no more room, the page remembers
// for as long as it is open.

function kept(name) {
  const memory = new Map();
  let store = null;
  try {
    store = window[name];
    store.getItem("zitat");
  } catch {
    store = null; // the browser is told to keep nothing
  }
  return {
    getItem: (key) => memory.get(key) ?? store?.getItem(key) ?? null,

    /** Keep a value; whether there was room for it. */
    setItem(key, value) {
      memory.set(key, String(value));
      if (!store) return true;
      try {
        store.setItem(key, value);
      } catch {
        return false;
      }
      memory.delete(key);
      return true;
    },

    removeItem(key) {
      memory.delete(key);
      store?.removeItem(key);
    },

    /** The names of all that is kept. */
    names: () => [...new Set([...memory.keys(), ...Object.keys(store ?? {})])],
  };
}

/** Kept on this device. */
export const device = kept("localStorage");

/** Kept until the tab is closed. */
export const tab = kept("sessionStorage");
