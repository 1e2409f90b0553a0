// What the page does comes after its first paint, which needs none of it.
requestAnimationFrame(() => setTimeout(() => import("./app.js")));
