import type { Rule } from '../candidate.ts'

/** Docker itself: without it nothing can be said of a container. */
export const ruleDockerSilent: Rule = ({ dockerSilent, request }) => {
  const finding = request.findings.findIndex(
    ({ rule, subject }) => rule === 'no-answer' && subject.toLowerCase() === 'docker',
  )
  if (dockerSilent === null && finding < 0) return []
  // The engine may have come back since the rules saw it silent.
  const isSure = finding >= 0 || dockerSilent?.isSure === true
  return [
    {
      cause: 'docker-silent',
      weight: dockerSilent === null ? 0.5 : isSure ? 0.94 : 0.7,
      severity: 'critical',
      summary:
        dockerSilent === null ? 'Docker did not answer for a while; just now it does.' : 'Docker does not answer.',
      rootCause:
        dockerSilent !== null && !isSure
          ? 'It may only be slow because the machine has too much to do: look again in a minute. If it stays so: “systemctl status docker”, then “journalctl -u docker -n 50”.'
          : 'Containers that run go on running meanwhile, but nothing can be seen or changed. On the machine: “systemctl status docker”, then “journalctl -u docker -n 50”; “systemctl restart docker” is the last resort.',
      rests: ['docker', ...(finding < 0 ? [] : [`finding:${finding}`]), 'memory', 'load'],
      prevention: 'Keep a tenth of memory and disk free: Docker is what stops first.',
    },
  ]
}
