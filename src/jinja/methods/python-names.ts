// Public attributes of Python's built-in types, 3.9 to 3.14: one that this renderer lacks is refused by its name.

const names: Readonly<Record<string, string>> = {
  str:
    'capitalize casefold center count encode endswith expandtabs find format format_map index isalnum isalpha ' +
    'isascii isdecimal isdigit isidentifier islower isnumeric isprintable isspace istitle isupper join ljust ' +
    'lower lstrip maketrans partition removeprefix removesuffix replace rfind rindex rjust rpartition rsplit ' +
    'rstrip split splitlines startswith strip swapcase title translate upper zfill',
  int:
    'as_integer_ratio bit_count bit_length conjugate denominator from_bytes imag is_integer numerator real ' +
    'to_bytes',
  float: 'as_integer_ratio conjugate from_number fromhex hex imag is_integer real',
  bool:
    'as_integer_ratio bit_count bit_length conjugate denominator from_bytes imag is_integer numerator real ' +
    'to_bytes',
  list: 'append clear copy count extend index insert pop remove reverse sort',
  tuple: 'count index',
  dict: 'clear copy fromkeys get items keys pop popitem setdefault update values',
  range: 'count index start step stop',
  dict_keys: 'isdisjoint mapping',
  dict_values: 'mapping',
  dict_items: 'isdisjoint mapping',
  generator: 'close gi_code gi_frame gi_running gi_suspended gi_yieldfrom send throw',
}

const mutators: Readonly<Record<string, string>> = {
  list: 'append clear pop reverse insert sort extend remove',
  dict: 'clear pop popitem setdefault update',
}

const has = (table: Readonly<Record<string, string>>, type: string, name: string): boolean =>
  (table[type] ?? '').split(' ').includes(name)

export const isPythonName = (type: string, name: string): boolean => has(names, type, name)

/** Methods that change a list or a dict: the sandbox makes them undefined. */
export const isMutator = (type: string, name: string): boolean => has(mutators, type, name)
