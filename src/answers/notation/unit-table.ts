/** Base unit, with its power behind ^: "name name=factor ...". Factors are exact; a plural in s is understood. */
export const UNIT_TABLE: Readonly<Record<string, string>> = {
  metre:
    'm meter metre cm=0.01 centimeter=0.01 centimetre=0.01 mm=0.001 millimeter=0.001 millimetre=0.001 km=1000 ' +
    'kilometer=1000 kilometre=1000 kms=1000 dm=0.1 decimeter=0.1 decimetre=0.1 nm=0.000000001 in=0.0254 inch=0.0254 ' +
    'inches=0.0254 foot=0.3048 feet=0.3048 ft=0.3048 yard=0.9144 yd=0.9144 mile=1609.344 mi=1609.344',
  'metre^2': 'acre=4046.8564224 hectare=10000 ha=10000',
  'metre^3':
    'l=0.001 liter=0.001 litre=0.001 ml=0.000001 milliliter=0.000001 millilitre=0.000001 cl=0.00001 cc=0.000001 ' +
    'gallon=0.003785411784 gal=0.003785411784 quart=0.000946352946 qt=0.000946352946 pint=0.000473176473 ' +
    'pt=0.000473176473 cup=0.0002365882365 tablespoon=0.00001478676478125 tbsp=0.00001478676478125 ' +
    'teaspoon=0.00000492892159375 tsp=0.00000492892159375',
  gram:
    'g gram kg=1000 kilogram=1000 kilo=1000 kgs=1000 mg=0.001 milligram=0.001 lb=453.59237 lbs=453.59237 pound=453.59237 ' +
    'ounce=28.349523125 oz=28.349523125 stone=6350.29318 ton=907184.74 ton=1000000 tonne=1000000',
  second:
    's sec second ms=0.001 millisecond=0.001 minute=60 min=60 mins=60 hour=3600 hr=3600 hrs=3600 h=3600 day=86400 ' +
    'week=604800 wk=604800 fortnight=1209600',
  year: 'year yr month=1/12 decade=10 century=100 centuries=100',
  dollar: 'dollar usd buck cent=0.01 quarter=0.25 dime=0.1 nickel=0.05 penny=0.01 pennies=0.01',
  euro: 'euro eur cent=0.01',
  pound: 'pound gbp quid penny=0.01 pence=0.01',
  yuan: 'yuan rmb cny',
  yen: 'yen jpy',
  rupee: 'rupee rs inr paise=0.01 paisa=0.01',
  degree: 'degree deg',
  radian: 'radian rad',
  celsius: 'celsius centigrade degree',
  fahrenheit: 'fahrenheit degree',
  kelvin: 'K kelvin',
  newton: 'N newton kn=1000',
  joule: 'J joule kj=1000',
  watt: 'W watt kw=1000',
  volt: 'V volt',
  ampere: 'A amp ampere',
  ohm: 'ohm',
  pascal: 'pa pascal kpa=1000',
  hertz: 'hz hertz khz=1000 mhz=1000000 ghz=1000000000',
  mole: 'mol mole',
  unit: 'unit',
}

/** Rates with a name of their own, spelled out. */
export const RATE_NAMES: Readonly<Record<string, string>> = {
  mph: 'mile per hour',
  kph: 'km per hour',
  kmh: 'km per hour',
  kmph: 'km per hour',
  mps: 'm per second',
  hourly: 'per hour',
  daily: 'per day',
  weekly: 'per week',
  monthly: 'per month',
  yearly: 'per year',
  annually: 'per year',
}

/** The unit of a number without one that follows a quantity: 1 h 30, 5 ft 6. */
export const NEXT_UNIT: Readonly<Record<string, string>> = {
  hour: 'minute',
  hr: 'minute',
  hrs: 'minute',
  h: 'minute',
  minute: 'second',
  min: 'second',
  mins: 'second',
  foot: 'inch',
  feet: 'inch',
  ft: 'inch',
  dollar: 'cent',
  euro: 'cent',
  lb: 'ounce',
  lbs: 'ounce',
}
