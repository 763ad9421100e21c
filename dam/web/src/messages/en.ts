// English: the reference, one file for each part of the client.
import base from "./en/base.json";
import library from "./en/library.json";
import upload from "./en/upload.json";
import asset from "./en/asset.json";
import places from "./en/places.json";
import settings from "./en/settings.json";

export default { ...base, ...library, ...upload, ...asset, ...places, ...settings };
