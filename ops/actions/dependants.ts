import type { Container } from '../../src/docker/container.ts'

const COMPOSE_NEEDS = 'com.docker.compose.depends_on'
const COMPOSE_SERVICE = 'com.docker.compose.service'
const COMPOSE_PROJECT = 'com.docker.compose.project'
const NEEDS = 'nexus.depends-on'

/** The containers that say they need this one: by compose, or by the label `nexus.depends-on=a,b`. */
export function findDependants(container: Container, all: readonly Container[]): Container[] {
  const service = container.labels[COMPOSE_SERVICE]
  const project = container.labels[COMPOSE_PROJECT]
  return all.filter((other) => {
    if (other.id === container.id) return false
    if (split(other.labels[NEEDS]).includes(container.name)) return true
    if (service === undefined || other.labels[COMPOSE_PROJECT] !== project) return false
    // "db:service_healthy:false,cache:service_started:true"
    return split(other.labels[COMPOSE_NEEDS]).some((need) => need.split(':')[0] === service)
  })
}

function split(list: string | undefined): string[] {
  return (list ?? '').split(',').map((one) => one.trim())
}
