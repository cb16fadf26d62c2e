import { requireSize } from './budget.ts'

/** Collects the text of a body. */
export class Writer {
  private readonly parts: string[] = []
  private size = 0

  write(text: string): void {
    this.size += text.length
    requireSize(this.size)
    this.parts.push(text)
  }

  text(): string {
    return this.parts.join('')
  }
}
