// Words for the slots of word problems.

export const names = [
  ...['Aiko', 'Bruno', 'Carla', 'David', 'Elif', 'Farah', 'Gustav', 'Hanna', 'Igor', 'Julia', 'Kofi', 'Laura'],
  ...['Mina', 'Noah', 'Olga', 'Pedro', 'Rosa', 'Samir', 'Tomas', 'Uma', 'Victor', 'Wei', 'Yara', 'Zoe'],
] as const

export const things = [
  ...['beads', 'berries', 'badges', 'balloons', 'biscuits', 'cups', 'eggs', 'envelopes', 'feathers', 'jars', 'lemons'],
  ...['magnets', 'mugs', 'nuts', 'pears', 'pebbles', 'photos', 'postcards', 'ribbons', 'stickers', 'tiles', 'toys'],
] as const

export const containers = ['bag', 'basket', 'box', 'carton', 'crate', 'sack', 'tray', 'tin'] as const

export const days = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const
