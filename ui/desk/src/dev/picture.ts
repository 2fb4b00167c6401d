// The placeholder of every picture. Development and tests only.

export const PICTURE =
  "data:image/svg+xml," +
  encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" width="480" height="320"><rect width="480" height="320" fill="#c9d3dd"/><rect x="130" y="90" width="220" height="170" rx="18" fill="#7d5a44"/><path d="M200 90V60h80v30" fill="none" stroke="#4e372a" stroke-width="12"/><path d="M150 240l60-70 30 40 40-90 50 110" fill="none" stroke="#2a1d15" stroke-width="6"/></svg>',
  );
