// What the browser keeps for this page. Where it is told to keep nothing, the page remembers as long as it is open.

function memory() {
  const kept = new Map();
  return {
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, value) => kept.set(name, String(value)),
    removeItem: (name) => kept.delete(name),
  };
}

function usable(name) {
  try {
    window[name].getItem("zitat");
    return window[name];
  } catch {
    return memory();
  }
}

/** Kept on this device. */
export const device = usable("localStorage");

/** Kept until the tab is closed. */
export const tab = usable("sessionStorage");
