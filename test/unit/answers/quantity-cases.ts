import type { Case } from './cases.ts'

/** Lines of "= answer ## answer" (equal) and "! answer ## answer" (different), by what they are about. */
const TABLE: Readonly<Record<string, string>> = {
  'bounds, negation and exceptions': String.raw`
! x is not 5 ## 5
! is not 5 ## 5
! not 5 ## 5
= x is not 5 ## x \ne 5
= x is at least 5 ## x \ge 5
! at least 5 ## 5
! at least 5 ## at most 5
= at least 5 ## 5 or more
= at least 5 ## x\ge 5
= less than 5 ## x<5
! less than 5 ## 5
! more than 5 apples ## 5 apples
! 5 or more ## 5 or fewer
! 5 or more ## 5
! between 2 and 5 ## between 2 and 6
! between 2 and 5 ## 2, 5
! not possible ## possible
! impossible ## possible
! all primes except 2 ## 2
! all primes except 2 ## all primes except 3
! \text{is defined} ## \text{is not defined}
! x \text{ is prime} ## x \text{ is not prime}
! x\text{ is not prime} ## x
! at most 5 ## less than 5
= no more than 5 ## at most 5
= 5 or fewer ## at most 5
= up to 5 ## at most 5
! over 5 ## 5
! under \$5 ## \$5
! at least 5 hours ## at least 5 minutes
= at least 2 hours ## at least 120 minutes`,
  bases: String.raw`
= 204_{five} ## 204_5
= 204 base 5 ## 204_5
= 204 (base five) ## 204_5
= 204_{\text{base }5} ## 204_5
! 204_{five} ## 204
= 1011 in binary ## 1011_2
! 2_{three} ## 2_{four}
= 12_{\text{eight}} ## 12_8
= 101_{\text{two}} ## 101_2
! 101_{\text{two}} ## 5`,
  'intervals, binomials and cases': String.raw`
= {10 \choose 3} ## \binom{10}{3}
= ]0,1] ## (0,1]
= ]0,1[ ## (0,1)
= [0,1[ ## [0,1)
! [0,1[ ## [0,1]
! ]0,1] ## 0,1
= ]-\infty,2]\cup[3,\infty[ ## (-\infty,2]\cup[3,\infty)
= \binom{5}{2} ## 5 \choose 2
= 2{n \choose 2} ## n(n-1)
= {a \over b} ## \frac{a}{b}
= \begin{cases} x & \text{if } x>0 \\ -x & \text{if } x \le 0 \end{cases} ## \begin{cases} x, & x>0 \\ -x, & x \le 0 \end{cases}
! \begin{cases} x & x>0 \\ -x & x \le 0 \end{cases} ## x
! \begin{cases} x & x>0 \\ -x & x \le 0 \end{cases} ## \begin{cases} -x & x>0 \\ x & x \le 0 \end{cases}
! \begin{cases} 1 & x>0 \\ 0 & x \le 0 \end{cases} ## 1, 0`,
  'repeating decimals': String.raw`
= 0.333... ## 1/3
= 0.(3) ## 1/3
= 0.\dot{3} ## 1/3
= 0.\dot{1}4285\dot{7} ## 1/7
= 0.\dot3 ## 1/3
= 0.1666\ldots ## 1/6
! 0.333... ## 0.333
= 0.1212... ## 4/33
! 0.(3) ## 0
= 0.\overline{12} ## 0.1212...
= 0.(12) ## 4/33
= 1.\dot{3} ## 4/3
= 2.1(6) ## 13/6
= 0.\dot{1}2\dot{3} ## 41/333
= 0.666… ## 2/3
! 0.666... ## 0.67`,
  'temperatures and times': String.raw`
= 5 degrees below zero ## -5 degrees
! 5 degrees below zero ## 5 degrees
= 5 below zero ## -5
= 20 degrees Celsius ## 20^\circ C
= 20 °C ## 20^{\circ}\text{C}
= 20 degrees celsius ## 20 Celsius
! 20°C ## 20°F
! 20^\circ\mathrm{C} ## 20 degrees Fahrenheit
= 20 degrees ## 20°C
= 9 am ## 9:00 AM
= 9 a.m. ## 9 am
! 9 am ## 9 pm
= 9 pm ## 21:00
= noon ## 12 pm
! noon ## midnight
! Monday ## Tuesday
= June 5 ## 5 June
= 2020-06-05 ## June 5, 2020
! 5 above zero ## 5 below zero
! 90^\circ\text{ clockwise} ## 90^\circ\text{ counterclockwise}
! 3 hours before noon ## 3 hours after noon
! 3:00 ## 3:00 PM or later
= 3:30 PM ## 15:30
= 3 PM ## 3:00 p.m.
! 3 o'clock ## 4 o'clock
= 12 noon ## 12:00 p.m.
! 7 am ## 7 pm
! 7 ## 7:30
! \text{Mon} ## \text{Tue}
= 10 degrees C ## 10°C
! 10 degrees C ## 10 degrees F
= 10\text{ K} ## 10 kelvin`,
  rates: String.raw`
= half an hour ## 30 minutes
= an hour ## 60 minutes
! 60 miles ## 60 miles per hour
= 60 miles per hour ## 60 mph
= 60 miles per hour ## 60 miles/hour
= 60 miles an hour ## 60 mph
! 6 eggs ## 6 eggs per day
= 6 eggs per day ## 6
! 6 eggs per day ## 6 eggs per week
= 7 eggs per week ## 1 egg per day
! \$5 per hour ## \$5
= \$5 per hour ## 5
! \$5 per person ## \$5 per group
= 5 dollars per hour ## 5 dollars an hour
= 5 km/h ## 5 kilometers per hour
= 5 kmh ## 5 km/h
! 5 km/h ## 5 m/s
= 36 km/h ## 10 m/s
= 5\,\mathrm{km}/\mathrm{h} ## 5 km/h
= 5\,\frac{\mathrm{m}}{\mathrm{s}^2} ## 5 m/s^2
= 5\text{ m/s}^2 ## 5 m/s^2
! 5 m/s^2 ## 5 m/s
! 20 mph ## 20 km/h
= 365 days a year ## 365`,
  'several units': String.raw`
= 1 h 30 ## 90 minutes
! 1 h 30 ## 1 h 45
! 1 h 30 ## 1 h
= 2h 30m ## 150 min
= 1 hour 30 minutes ## 1.5 hours
= 1 hour, 30 minutes ## 90 minutes
= 5 ft 6 in ## 66 inches
= 5 ft 6 ## 66 in
= 5'6" ## 5 ft 6 in
! 5'6" ## 5'7"
= 3 pounds 4 ounces ## 52 ounces
= 3 lb 4 oz ## 3 pounds 4 ounces
= $3 and 50 cents ## 3.50 dollars
= 3 dollars 50 cents ## \$3.50
= 2 weeks 3 days ## 17 days
! 2 hours 15 minutes ## 2 hours
! 2 hours 15 minutes ## 2
! 2 hours 15 minutes ## 15
= 2 years 3 months ## 27 months
= three halves ## 1.5
= one and a half ## 1.5
= minus 5 ## -5
= The answer is 5 ## 5
= She has 17 apples left ## 17
= Tom has 17 apples ## 17
! Tom has 17 apples ## Tom has 18 apples
= 5 feet 6 inches tall ## 66 inches
! 5 ft by 6 ft ## 5 ft
= t = 1 hour and 30 minutes ## 90 minutes
! 1 hour 30 minutes ## 130
= 2 days 3 hours ## 51 hours
= 2 minutes and 30 seconds ## 150 seconds
= 2 min 30 sec ## 2.5 minutes
= 2 minutes 30 seconds ## 150 s
= 1 foot 3 inches ## 15 inches
= 1 kg 500 g ## 1.5 kg
= 3 m 20 cm ## 320 cm
= 3 m 20 cm ## 3.2 m
! 3 m 20 cm ## 3.2 cm
= 2 gallons 1 quart ## 9 quarts
= 1\text{ hr}, 15\text{ min} ## 75 min
= 5 dollars and 25 cents ## 5.25
= \$5 and 25 cents ## \$5.25
= 2 euros 50 cents ## €2.50
! 2 euros 50 cents ## \$2.50
= £2.50 ## 2 pounds 50 pence
! 1 hour 30 minutes ## 1.5
! 1 hour 30 minutes ## 90
= temperature: 20 ## 20
= there are 5 apples ## 5`,
  'scale words and numbers in words': String.raw`
= 3 million ## 3000000
= 3 million ## 3{,}000{,}000
! 3 million ## 3
= three million ## 3 million
= 1.5 billion ## 1500000000
= half a million ## 500000
= two dozen ## 24
= a dozen ## 12
= half a dozen ## 6
= 2 score ## 40
= 3 crore ## 30000000
= \$2.5\text{ million} ## 2500000 dollars
! \$2.5 million ## 2500000 euros
= 5 hundredths ## 0.05
= two thirds ## \frac23
= 2 thirds ## 2/3
= two and a half hours ## 150 minutes
= twenty-five ## 25
= one hundred and five ## 105
= two hundred thirty-four ## 234
= three thousand two hundred ## 3200
= thirty percent ## 30\%
= negative five ## -5
! five ## 6
! 3 tens ## 3
= 3 tens ## 30
= 8 (eight) ## 8
= eight (8) ## 8
! 3 quarters ## 3 dimes
= 3 quarters ## \$0.75
= three quarters ## 0.75
= 3.5 lakh ## 350000
= x = 3\text{ million} ## 3000000
! twice ## 3
= -3 million ## -3000000
= 2\frac{1}{2}\text{ million} ## 2500000
= \frac{1}{2}\text{ million} ## 500000
= 1/2 million ## 500000
! 3 hundred ## 3 thousand
= 3 hundred thousand ## 300000
= five hundred thousand ## 500000
= \text{fifty-two} ## 52
= one-third ## 1/3
= seven tenths ## 0.7
! 7 tenths ## 7 hundredths
= three and a half ## 3.5
= three and two thirds ## 11/3
= 2 and a half dozen ## 30
= ninety-nine ## 99
= nine hundred ninety-nine ## 999
= one million two hundred thousand ## 1200000`,
  'units, nouns and other words': String.raw`
= 3 sq ft ## 3\text{ ft}^2
! 4 boys and 3 girls ## 3 boys and 4 girls
= 4 boys and 3 girls ## 3 girls and 4 boys
= 4 boys and 3 girls ## 3 girls, 4 boys
! 4 boys and 3 girls ## 4 boys
! 4 apples ## 4 pears
= 4 apples ## 4
= 1 apple ## 1 apples
! 5 red marbles ## 5 blue marbles
= x is 5 ## x = 5
! 5 km north ## 5 km south
! 5 left ## 5 right
! 500 BC ## 500 AD
! 500 BC ## 500
= 500 AD ## 500
! 500 B.C. ## 500
! 5 (Alice) ## 5 (Bob)
= 5 (Alice) ## 5
= 9 (apples) ## 9 apples
! 20 C ## 20 F
! 20% increase ## 20% decrease
= 20% increase ## increase of 20%
= 20% increase ## 20%
! \$20 profit ## \$20 loss
= a loss of \$20 ## \$20 loss
! a profit of \$20 ## a loss of \$20
! loss of 20 ## profit of 20
! decrease of 20 ## increase of 20
! Profit: 20 ## Loss: 20
= Profit: 20 ## 20
! Alice: 5 ## Bob: 5
! Alice: 5, Bob: 3 ## Alice: 3, Bob: 5
! Alice 5, Bob 3 ## Alice 3, Bob 5
= 0.1(6) ## 1/6
= 3:2 ## 3 to 2
! 3 to 5 ## 3
! 3 out of 5 ## 3
! n is even ## n is odd
! n is even ## n
! n\text{ is divisible by }3 ## n\text{ is divisible by }5
! A is larger ## A is smaller
! A\text{ is larger} ## A
! AB \parallel CD ## AB \perp CD
! l_1 is parallel to l_2 ## l_1 is perpendicular to l_2
= 2 L ## 2000 mL
= 1000 cm^3 ## 1 liter
= 12 square units ## 12
! 12 square units ## 12 cubic units
= 12 square units ## 12\text{ cm}^2
= 5 units ## 5 apples
= 3 pairs of socks ## 3 pairs
! 3 pairs of socks ## 3 socks
! 3 boxes of pencils ## 3 pencils
= 5 kilometers ## 5000 m
! 5 hours ## 5 apples
! 5 days ## 5 apples
! 5\% ## 5 apples
= $5 ## 5 dollars
= USD 5 ## \$5
= 5 USD ## \$5
! EUR 5 ## USD 5
= 25¢ ## \$0.25
= 2 hrs ## 120 mins
= about 5 ## 5
= exactly 5 apples ## 5
= 5 feet tall ## 5 ft
= 10 years old ## 10 years
= 20 people ## 20 persons
= 3 children ## 3
! 3 children ## 3 adults
! 5 more ## 5 fewer
= 5 fewer ## 5 less
= 1/2 hour ## 30 minutes
= 1 1/2 hours ## 90 minutes
= 48 minutes ## 0.8 hours
= 1.25 dollars ## 125 cents
= 50\text{ cents} ## \$0.50
! 50 cents ## \$50
= \text{Seven} ## 7
! 5 mi ## 5 km
= 5 \text{ km} ## 5\ \mathrm{km}
= 10 sq. cm ## 10\text{ cm}^2
= 10 square feet ## 10 ft^2
= 10 cubic meters ## 10\text{ m}^3
= 10\text{ hours }15\text{ minutes} ## 10.25 hours
! 3 cats and 2 dogs ## 2 cats and 3 dogs
= 3 cats and 2 dogs ## 2 dogs and 3 cats
= 3 cats, 2 dogs ## 3 cats and 2 dogs
= 3 cats, 2 dogs ## 3 and 2
! 3 cats, 2 dogs, 1 bird ## 3 cats, 2 dogs
! \text{4 adults, 6 children} ## \text{6 adults, 4 children}
! 5 pens ## 5 pencils
! 5 stamps ## 5 cards
= 5 boxes ## 5 box
= 20 puppies ## 20 puppy
! 10\% more ## 10\% less
! 10\% gain ## 10\% loss
= 10\% of the students ## 10\%
= 10\% ## 10 percentage points
! 10\% ## 10 students
! 5 feet above ground ## 5 feet below ground
! 20 minutes early ## 20 minutes late
! 3 steps forward ## 3 steps backward
! 3 steps left ## 3 steps right
! 5 older ## 5 younger
! 3 wins ## 3 losses
! 5 units to the left ## 5 units to the right
= 5 units to the left ## 5 left
! rational ## irrational
! \text{converges} ## \text{diverges}
! \text{even function} ## \text{odd function}
! \text{Yes} ## \text{No}
! \text{Alice} ## \text{Bob}
! 5\text{ (minimum)} ## 5\text{ (maximum)}
! (3,4)\text{ is a minimum} ## (3,4)\text{ is a maximum}
= (3,4)\text{ is a minimum} ## (3,4)
= 0.1\dot{2}\dot{3} ## 0.1\overline{23}
! about 5 ## 6
= She earned \$20 ## 20
! 5x\text{ apples} ## 5x\text{ pears}
= 5x\text{ dollars} ## 5x
= 5 2/3 cups ## 17/3 cups
= 1,200 people ## 1200
= 16 oz ## 1 lb
= 16 ounces ## 1 pound
! 16 ounces ## 16 pounds
! 16 people ## 16 percent
= 2 pairs ## 2
! 3 times ## 3 hours
= 3 times larger ## 3
! 3 times larger ## 3 times smaller
= \frac{3}{4}\text{ of the cake} ## 3/4
= \frac{3}{4}\text{ cup} ## 0.75 cups`,
}

/** The cases by topic. */
export const quantityCases: readonly { readonly topic: string; readonly cases: readonly Case[] }[] = Object.entries(
  TABLE,
).map(([topic, table]) => ({
  topic,
  cases: table
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [gold, prediction] = line.slice(2).split(' ## ') as [string, string]
      return { gold, prediction, equal: line[0] === '=' }
    }),
}))
