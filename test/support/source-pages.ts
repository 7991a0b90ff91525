/** Facts of the bank with a passage as their sources might word it, and one from a page on the same subject that does not say it. */
export type SourceCase = { id: string; says: string; silent: string }

export const SOURCE_CASES: readonly SourceCase[] = [
  {
    id: 'octopus-three-hearts',
    says: 'Octopuses have three hearts: a systemic heart that pumps blood around the body and two branchial hearts that pump it through the gills. The systemic heart becomes inactive when the animal is swimming, so it tires quickly and prefers to crawl.',
    silent:
      'Octopuses are soft-bodied molluscs with eight limbs. Most species grow fast, mature early and live short lives. They inhabit coral reefs, open water and the seabed, and several are venomous.',
  },
  {
    id: 'axolotl-regrows-limbs',
    says: 'The axolotl does not heal by scarring: it is capable of regenerating entire lost limbs within months, including bones, muscles and nerves, and in some cases more vital structures such as the tail.',
    silent:
      'The axolotl is a paedomorphic salamander: it reaches adulthood without metamorphosis. It was once found in several lakes underlying what is now Mexico City and is sold as food in markets.',
  },
  {
    id: 'greenland-shark-age',
    says: 'Our results show that the Greenland shark is the longest-lived vertebrate known, with a life span of at least 272 years. Radiocarbon dating of eye lens nuclei was used for 28 sharks.',
    silent:
      'The Greenland shark is one of the largest living sharks. It moves slowly through the cold Arctic water and its flesh is toxic when fresh, yet it is eaten fermented in Iceland.',
  },
  {
    id: 'great-emu-war',
    says: 'The Emu War was a nuisance wildlife operation undertaken in Australia over the later part of 1932. Soldiers of the Royal Australian army armed with machine guns tried to curb the emus, whose number hardly fell before they gave up.',
    silent:
      'The emu is a tall flightless bird found in Australia. It can travel great distances and sprint at fifty kilometres an hour, forages for plants and insects, and drinks rarely.',
  },
  {
    id: 'vikings-no-horned-helmets',
    says: 'No depictions of Viking warriors wearing horned helmets exist, and no preserved Viking helmet with horns has ever been found; the popular image comes from nineteenth-century romanticism and opera.',
    silent:
      'Vikings were seafaring people from Scandinavia who raided, traded and settled throughout parts of Europe. Their longships reached the Mediterranean, Iceland, Greenland and Newfoundland.',
  },
  {
    id: 'kongo-gumi-1400-years',
    says: 'Kongō Gumi is a Japanese construction company founded in the year 578. It specialises in building Buddhist temples and was the oldest continuously operating firm in the world.',
    silent:
      'Osaka is a large port on the Japanese island of Honshu. Its castle was built in the sixteenth century and is surrounded by a moat and a park of cherry trees.',
  },
  {
    id: 'largest-waterfall-underwater',
    says: 'The largest waterfall on Earth is not on land but underwater: in the Denmark Strait, between Greenland and Iceland, cold water sinks beneath warmer ocean water in an enormous cataract.',
    silent:
      'The ocean covers most of our planet. Currents move heat from the equator towards the poles, and tides are caused by the pull of the Moon and the Sun.',
  },
  {
    id: 'sailing-stones-death-valley',
    says: 'We observed rocks on Racetrack Playa in Death Valley in motion: the sailing stones move when thin sheets of floating ice break up in the sun and push them along by light winds.',
    silent:
      'Death Valley is one of the hottest places on Earth. Summer temperatures pass fifty degrees, and its lowest point lies far below the level of the sea.',
  },
  {
    id: 'year-without-a-summer',
    says: 'The year 1816 is known as the Year Without a Summer. The 1815 eruption of the volcano Mount Tambora in Indonesia lowered temperatures, and crops failed in New England and across Europe.',
    silent:
      'Volcanoes form where plates diverge or converge. Indonesia has more active ones than most countries, and many people live on the fertile soil of their slopes.',
  },
  {
    id: 'gps-relativity-clocks',
    says: 'When general and special relativity are combined, the satellite clocks in GPS run fast compared with clocks on the ground, gaining about 38 microseconds per day if they are not adjusted.',
    silent:
      'GPS receivers determine their position from the signals of four or more satellites. The system was developed by the United States and is free for everybody to use.',
  },
  {
    id: 'gold-color-relativity',
    says: 'Relativistic effects explain the colour of gold: its inner electrons move at a large fraction of the speed of light, so it absorbs blue light and therefore looks yellow.',
    silent:
      'Gold is a dense, soft and malleable metal. It has been used for coins and jewellery for thousands of years and does not react with most chemicals.',
  },
  {
    id: 'sound-faster-in-steel',
    says: 'Sound travels fastest in solids. In air it moves at about 343 metres a second; through steel it travels nearly 15 times as fast as through air.',
    silent:
      'Sound is a vibration that propagates as an acoustic wave. Humans hear frequencies between twenty hertz and twenty kilohertz; loudness is measured in decibels.',
  },
  {
    id: 'stroop-effect',
    says: 'In the Stroop effect, naming the color of the ink of a printed word takes longer when the word spells the name of another color: responses are slowed by the conflict.',
    silent:
      'Reading is a complex process that children learn in school. Skilled readers recognise whole words at a glance and move their eyes in quick jumps along the line.',
  },
  {
    id: 'framing-effect',
    says: 'People reversed their choice of a programme when the same outcomes were described as deaths instead of lives saved: they avoid risk in a positive frame and seek it in a negative one.',
    silent:
      'Decision making is the process of choosing between alternatives. It is studied by psychologists, economists and philosophers, and models of it differ in how rational people are.',
  },
  {
    id: 'venus-day-longer-than-year',
    says: 'Venus rotates very slowly: one turn takes 243 Earth days, longer than the 225 days that the planet needs to circle the Sun once.',
    silent:
      'Venus is wrapped in thick clouds of sulphuric acid. It is the hottest planet, with a surface that could melt lead and a pressure that would crush a submarine.',
  },
  {
    id: 'mercury-has-ice',
    says: 'Although Mercury is the closest planet to the Sun, water ice may exist in permanently shadowed craters at its north and south poles, where it keeps cold enough.',
    silent:
      'Mercury is the smallest planet of our solar system, only slightly larger than the Moon. It speeds around the Sun every 88 days and has a thin exosphere.',
  },
  {
    id: 'enceladus-feeds-a-ring',
    says: 'Tiny, icy Enceladus hides a global ocean. Geyser-like jets spray water and ice particles into space, and some of that material feeds Saturn’s faint E ring.',
    silent:
      'Saturn has more moons than any other planet. Titan, the largest of them, has a thick atmosphere and lakes of liquid methane on its surface.',
  },
  {
    id: 'shooting-stars-sand-grains',
    says: 'Meteoroids are much smaller than asteroids; most of those that cause the shooting stars we see are no bigger than grains of sand or pebbles.',
    silent:
      'Meteorites that survive the passage through the atmosphere are classified as stony, iron or stony-iron. Many are found in deserts and in Antarctica.',
  },
  {
    id: 'undersea-cables-carry-internet',
    says: 'Submarine communications cables are laid on the seabed between land stations. Modern cables carry 99 % of the data traffic that crosses oceans between continents.',
    silent:
      'The Internet is a global system of networks that use the same protocols. Its origins lie in research into time sharing and packet switching in the 1960s.',
  },
  {
    id: 'can-opener-came-later',
    says: 'Food preserved in tin cans was patented in 1810, but the first can openers were patented only decades later, in the 1850s; until then cans were opened with hammer and chisel.',
    silent:
      'Tin is a soft, silvery metal with a low melting point. It is used in solder, in bronze together with copper, and as a coating against corrosion.',
  },
]
