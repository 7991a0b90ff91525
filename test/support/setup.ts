import { afterEach } from 'vitest'
import { takeLogComplaints } from './log.ts'

afterEach(() => {
  const complaints = takeLogComplaints()
  if (complaints.length > 0) throw new Error(complaints.join('\n'))
})
