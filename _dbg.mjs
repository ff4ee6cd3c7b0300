import { readFile } from "node:fs/promises";
import sharp from "sharp";
import { decodeUpright } from "./dist/src/images/pixels.decoder.js";
import { readPhoto } from "./dist/src/images/photo.reader.js";
import { LocalEngine } from "./dist/src/recognizers/local/local.engine.js";
import { lookCloser } from "./dist/src/recognizers/local/close.look.js";
const e=await LocalEngine.load("models");
for (const f of process.argv.slice(2)){
 const photo=await readPhoto(await readFile("../shared/plates/photos/"+f),"UPLOAD",{maxBytes:2**28,maxPixels:1e9});
 const px=await decodeUpright(photo,{maxLongSide:2048});
 console.log(f,px.width,px.height);
 const finds=await e.search(px);
 for(const d of finds){
  const qs=await lookCloser(e.detector,px,d);
  console.log(' find',d.score.toFixed(2),d.quad.map(p=>`${p.x|0},${p.y|0}`).join(' '));
  const r=await e.readQuads(px,qs);
  for(const x of r) console.log('   ',x.text.plateNumber,x.text.confidence.toFixed(3),x.quad.map(p=>`${p.x|0},${p.y|0}`).join(' '));
 }
}
