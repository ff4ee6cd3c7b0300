/** `plategraph doctor`: checks what the server needs, one line each with what to do; exit status 1 when something is broken. */
import { runCommand } from "./command.runner.js";
import { lineOf, type Finding } from "./doctor.findings.js";
import { checkDisk, checkMemory, checkNode, checkPort, checkSettings } from "./doctor.machine.js";
import { checkClock, checkDatabase, checkEngine, checkVendor } from "./doctor.services.js";

const USAGE = `Usage: plategraph doctor

Checks Node.js, settings, memory, disk, port, database, engine, vendor and clock, one line each: ok, warn, or fail with what to do.
The vendor is never asked to read a photo. The exit status is 1 when something is broken.`;

await runCommand({ usage: USAGE, endsWithReader: true, run: examine });

async function examine(): Promise<void> {
  tell(checkNode(), checkMemory());
  const { config, findings } = await checkSettings();
  tell(...findings);
  // Nothing else can be checked by settings that the server would refuse.
  if (config === null) return;
  tell(await checkDisk(config.database), await checkPort(config.http));
  const database = await checkDatabase(config.database);
  tell(...database.findings, await checkEngine(config));
  const vendor = await checkVendor(config);
  tell(...vendor.findings);
  tell(checkClock([database.clock, vendor.clock].filter((clock) => clock !== null)));
}

function tell(...findings: readonly Finding[]): void {
  for (const finding of findings) {
    process.stdout.write(lineOf(finding));
    if (finding.state === "fail") process.exitCode = 1;
  }
}
