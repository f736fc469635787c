/**
 * Everyday things, places and conditions that are rarely a plant's classes. What is closer to
 * one of these than to any class is `unknown` rather than the least wrong class. Words that a
 * vocabulary uses, or nearly, are left out for it.
 */
export const BACKGROUND_WORDS: readonly string[] = `
person, man, woman, child, baby, crowd, hand, finger, foot, face, eye, hair, arm, leg, head, tooth,
dog, cat, horse, cow, sheep, pig, goat, bird, chicken, duck, fish, snake, frog, insect, spider, bee,
butterfly, fly, ant, worm, rabbit, mouse, rat, bear, lion, tiger, elephant, monkey, deer, fox, wolf,
whale, shark, turtle, lizard, crab, shrimp, snail,
tree, flower, grass, leaf, bush, forest, moss, mushroom, root, branch, seed, fruit, vegetable, apple,
banana, orange, lemon, grape, strawberry, tomato, potato, carrot, onion, cabbage, corn, rice, wheat,
bread, cake, cookie, chocolate, candy, ice cream, cheese, egg, meat, sausage, soup, salad, pizza,
noodles, sandwich, coffee, tea, milk, juice, beer, wine, water, salt, sugar,
sky, cloud, rain, snow, fog, sun, moon, star, night, sunset, rainbow, lightning, wind, fire, smoke,
steam, dust, mud, sand, stone, rock, soil, ice, mountain, hill, valley, river, lake, sea, beach,
island, desert, field, garden, park, road, street, bridge, tunnel, path, fence, gate, stairs, wall,
floor, ceiling, roof, window, door, room, kitchen, bathroom, bedroom, office, classroom, corridor,
warehouse, factory, shop, market, restaurant, hotel, hospital, school, church, temple, castle, house,
tower, stadium, airport, station, harbour, farm, barn, parking lot, playground, swimming pool,
car, bus, train, tram, bicycle, motorcycle, ship, boat, aeroplane, helicopter, rocket, wheel,
chair, table, desk, sofa, bed, pillow, blanket, curtain, carpet, lamp, candle, mirror, clock, vase,
picture, painting, poster, book, newspaper, magazine, letter, envelope, paper, pen, pencil, eraser,
scissors, ruler, map, calendar, money, coin, ticket, card, key, toy, doll, balloon, ball, kite,
game, puzzle, guitar, piano, violin, drum, trumpet, flute, microphone, loudspeaker, radio,
television, telephone, camera, computer, printer, screen, remote control, battery, plate, bowl, cup,
glass, fork, spoon, knife, pot, pan, kettle, bottle, jar, basket, bag, backpack, suitcase, purse,
wallet, umbrella, hat, cap, scarf, glove, sock, shoe, boot, shirt, trousers, skirt, dress, jacket,
coat, tie, belt, button, zip, ring, necklace, spectacles, wig, mask, towel, soap, toothbrush, comb,
broom, bucket, sponge, tissue, medicine, bandage, wheelchair, tent, rope, flag, statue, fountain,
bench, swing, ladder, shadow, reflection, darkness, blur, blank wall, empty table, nothing, text,
handwriting, number, logo, barcode, sign, arrow, pattern, stripes, dots, checkerboard, colour, light,
noise, drawing, cartoon
`
  .split(",")
  .map((word) => word.trim());
