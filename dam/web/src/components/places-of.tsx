// Where an asset lives. Begun.
export function PlacesOf(_props: { assetId: string }) { return null; }
