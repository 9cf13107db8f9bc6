// How good a recording is, measured in the browser before it is sent: by the same figures as the service, which has the last word.

const RATE = 24000;
const FRAME = 480; // 20 ms
const MARGIN = 5; // frames around speech that belong to it
const CLIPPED_SHARE = 0.002;
const NEAR_PEAK = 0.985;
const LOW_SNR_DB = 15;
const QUIET_DB = -45;
const SILENT = 1e-10;
export const LEAST_S = 3; // of speech, for a voice
export const GOOD_S = 10;
const LARGEST = 60e6; // bytes that a browser decodes without trouble

const decibels = (power) => 10 * Math.log10(Math.max(power, SILENT));

/** { duration_s, speech_s, level_db, snr_db (null: no pause to measure it in), clipped }, or null where the browser cannot read it. */
export async function measure(file) {
  if (file.size > LARGEST) return null;
  let sound;
  try {
    sound = await new OfflineAudioContext(1, 1, RATE).decodeAudioData(await file.arrayBuffer());
  } catch {
    return null;
  }
  return { duration_s: sound.duration, ...figures(mono(sound)) };
}

function mono(sound) {
  const channels = Array.from({ length: sound.numberOfChannels }, (_, index) => sound.getChannelData(index));
  if (channels.length === 1) return channels[0];
  return channels[0].map((_, at) => channels.reduce((sum, channel) => sum + channel[at], 0) / channels.length);
}

function figures(samples) {
  const powers = new Float64Array(Math.floor(samples.length / FRAME));
  for (let frame = 0; frame < powers.length; frame++) {
    let sum = 0;
    for (let at = frame * FRAME; at < (frame + 1) * FRAME; at++) sum += samples[at] ** 2;
    powers[frame] = sum / FRAME;
  }
  const spoken = spokenFrames(powers);
  const rest = [...powers].filter((_, frame) => !spoken[frame]).sort((a, b) => a - b);
  let [sum, count, peak] = [0, 0, 0];
  eachSpoken(samples, spoken, (value) => { sum += value ** 2; count++; peak = Math.max(peak, Math.abs(value)); });
  const top = NEAR_PEAK * Math.min(peak, 1); // another rate, or a lossy codec, throws some of what was clipped above the ceiling
  let ceiling = 0;
  eachSpoken(samples, spoken, (value) => { if (Math.abs(value) >= top) ceiling++; });
  if (!count) return { speech_s: 0, level_db: decibels(0), snr_db: null, clipped: 0 };
  const quiet = rest.slice(0, Math.floor(rest.length / 2));
  const noise = quiet.reduce((total, power) => total + power, 0) / Math.max(1, quiet.length);
  return {
    speech_s: count / RATE,
    level_db: decibels(sum / count),
    snr_db: rest.length < 10 ? null : decibels(Math.max(sum / count - noise, SILENT)) - decibels(noise),
    clipped: ceiling / count,
  };
}

/** Which frames are speech: those well above the quietest, and not far below the loudest; with what lies close around them. */
function spokenFrames(powers) {
  const sorted = Float64Array.from(powers).sort();
  const at = (share) => decibels(sorted[Math.floor(share * (sorted.length - 1))] ?? 0);
  const threshold = Math.max(at(0.1) + 6, at(0.95) - 25, -65);
  const loud = Array.from(powers, (power) => decibels(power) > threshold);
  return loud.map((_, frame) => loud.slice(Math.max(0, frame - MARGIN), frame + MARGIN + 1).some(Boolean));
}

function eachSpoken(samples, spoken, hear) {
  spoken.forEach((is, frame) => {
    if (is) for (let at = frame * FRAME; at < (frame + 1) * FRAME; at++) hear(samples[at]);
  });
}

/** What should be better, each a word of the keys voices.flaw_…; nothing: it is good. */
export function flaws(found) {
  if (!found) return [];
  if (!found.speech_s) return ["silent"];
  return [
    found.clipped > CLIPPED_SHARE && "clipped",
    found.snr_db !== null && found.snr_db < LOW_SNR_DB && "noisy",
    found.level_db < QUIET_DB && "quiet",
    found.speech_s < 1 && "short",
  ].filter(Boolean);
}
