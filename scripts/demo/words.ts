// Words for the slots of the problem templates.

export const names = [
  ...['Maya', 'Vera', 'Owen', 'Ivan', 'Lena', 'Omar', 'Ruth', 'Theo', 'Nina', 'Hugo', 'Clara', 'Felix'],
  ...['Anna', 'Boris', 'Dina', 'Emil', 'Greta', 'Jonas', 'Karin', 'Leo', 'Paula', 'Simon', 'Tara', 'Wanda'],
] as const

export const objects = [
  ...['apples', 'books', 'coins', 'stamps', 'kites', 'shells', 'pencils', 'marbles', 'candles', 'buttons', 'bottles'],
  ...['cards', 'lamps', 'plums', 'ropes', 'spoons', 'tickets', 'bricks', 'flowers', 'boxes', 'hats', 'keys'],
] as const

export const places = [
  ...['market', 'garden', 'kitchen', 'library', 'school', 'harbor'],
  ...['cellar', 'museum', 'station', 'workshop', 'barn', 'office'],
] as const

export const jobs = ['baker', 'farmer', 'teacher', 'sailor', 'painter', 'doctor', 'tailor', 'gardener'] as const
export const cities = ['Oslo', 'Lima', 'Cairo', 'Kyoto', 'Paris', 'Delhi', 'Quito', 'Turin'] as const
export const weekdays = ['Monday', 'Tuesday', 'Friday', 'Sunday'] as const
export const vehicles = ['train', 'truck', 'boat', 'bus', 'tram', 'van'] as const
export const shapes = ['field', 'table', 'garden', 'carpet', 'window', 'yard', 'floor', 'poster'] as const
export const letters = ['x', 'y', 'n', 'm', 't', 'k'] as const
