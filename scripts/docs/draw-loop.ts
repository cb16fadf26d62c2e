// Draws the training loop for README.md: npx tsx scripts/docs/draw-loop.ts

import { writeFileSync } from 'node:fs'
import { loopPicture } from './loop-picture.ts'

writeFileSync(new URL('../../docs/pictures/loop.svg', import.meta.url), loopPicture())
