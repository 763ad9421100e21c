// German, one file for each part of the client.
import base from "./de/base.json";
import library from "./de/library.json";
import upload from "./de/upload.json";
import asset from "./de/asset.json";
import places from "./de/places.json";
import settings from "./de/settings.json";

export default { ...base, ...library, ...upload, ...asset, ...places, ...settings };
