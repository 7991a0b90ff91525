import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { absent, ok, type Reading } from './reading.ts'

/** The processor's temperature in °C. */

type Sensor = { name: string; celsius: number }

/** Sensors of the processor, as drivers call them: Raspberry Pi, Intel, AMD, other ARM boards. */
const CPU_SENSOR = /cpu|soc|x86_pkg|coretemp|k10temp|zenpower|package/i
const NONE = 'this machine has no sensor that can be read'

export type TemperatureOptions = {
  sysDir?: string
  /** Asked once where the kernel shows no sensor: it knows the tools of some boards. */
  askLibrary?: () => Promise<number | null>
}

/** `thorough` false never loads the library: for the sample of every minute. */
export function createTemperatureReader(
  options: TemperatureOptions = {},
): (thorough: boolean) => Promise<Reading<number>> {
  const { sysDir = '/sys', askLibrary = askSystemInformation } = options
  let libraryKnows: boolean | null = null
  return async (thorough) => {
    const own = pickCpuSensor([...(await readZones(sysDir)), ...(await readMonitors(sysDir))])
    if (own !== null) return ok(own)
    if (libraryKnows === false || (libraryKnows === null && !thorough)) return absent(NONE)
    const celsius = await askLibrary()
    libraryKnows = celsius !== null
    return celsius === null ? absent(NONE) : ok(celsius)
  }
}

/** The hottest of the processor's sensors; where none is called so, the hottest of all. */
export function pickCpuSensor(sensors: readonly Sensor[]): number | null {
  // A sensor that is not connected says 0, −273 or something far beyond.
  const sane = sensors.filter(({ celsius }) => celsius > 0 && celsius < 150)
  const ofCpu = sane.filter(({ name }) => CPU_SENSOR.test(name))
  const chosen = ofCpu.length > 0 ? ofCpu : sane
  return chosen.length === 0 ? null : Math.max(...chosen.map(({ celsius }) => celsius))
}

async function readZones(sysDir: string): Promise<Sensor[]> {
  const base = join(sysDir, 'class/thermal')
  const zones = (await list(base)).filter((name) => name.startsWith('thermal_zone'))
  const read = zones.map((zone) => readSensor(join(base, zone, 'type'), join(base, zone, 'temp')))
  return (await Promise.all(read)).flat()
}

async function readMonitors(sysDir: string): Promise<Sensor[]> {
  const base = join(sysDir, 'class/hwmon')
  const read = (await list(base)).map(async (monitor) => {
    const inputs = (await list(join(base, monitor))).filter((file) => /^temp\d+_input$/.test(file))
    const sensors = inputs.map((file) => readSensor(join(base, monitor, 'name'), join(base, monitor, file)))
    return (await Promise.all(sensors)).flat()
  })
  return (await Promise.all(read)).flat()
}

/** A sensor that refuses to be read (some do while they sleep) is left out. */
async function readSensor(nameFile: string, valueFile: string): Promise<Sensor[]> {
  try {
    const [name, value] = await Promise.all([readFile(nameFile, 'utf8'), readFile(valueFile, 'utf8')])
    return [{ name: name.trim(), celsius: Number(value) / 1000 }]
  } catch {
    return []
  }
}

function list(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => [])
}

async function askSystemInformation(): Promise<number | null> {
  // Imported here: 10 MB that a machine with ordinary sensors never needs.
  const { default: systemInformation } = await import('systeminformation')
  const { main } = await systemInformation.cpuTemperature()
  return main !== null && main > 0 ? main : null
}
