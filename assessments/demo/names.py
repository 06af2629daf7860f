"""Names for invented people: seasons, weather, colours and landscapes, in several languages."""

FAMILY_NAMES = (
    "Summers", "O'Meadow", "Höstström", "Rivers", "Grünwald", "Blackbird", "D'Avril", "Marsh",
    "Fjällvik", "Amberley", "Ó Sneachta", "Greenhalgh-Brook", "Verão", "Hillcrest", "Łąka",
    "Northwind", "van der Mist", "Silverton", "Été", "Thistledown", "Šedá", "Harvest", "Nordlys",
    "Cloudsley", "Primavera", "O'Lantern", "Maple", "Skagen", "Rosewater", "Bluett", "Åkerblå",
    "Saltmarsh", "Küstner", "Fairweather", "Noël-Brook", "Redfern", "Monsoon", "Stormont",
    "Zelený", "Dunes", "Larkspur", "Vernal", "Cobalt", "Estuary", "Hawthorn", "Juniper",
    "Oakes", "Pebbles", "Quarry", "Solstice", "Tidewater", "Umber",
)  # fmt: skip
WOMEN = (
    "Brigid", "Zoë", "Ines", "Siân", "Marta", "Freya", "Noor", "Chloé", "Petra", "Rosalind",
    "Aoife", "Lucía", "Hanne", "Odile", "Mei", "Tamsin", "Renée", "Yara", "Dagmar", "Ottilie",
)  # fmt: skip
MEN = (
    "Anders", "José", "Tobias", "Seán", "Émile", "Rafael", "Bjørn", "Callum", "Matteo", "Jürgen",
    "Idris", "Lorcan", "Piotr", "Kenji", "Aurelio", "Gwilym", "Noah", "Stellan", "Tomáš", "Ruben",
)  # fmt: skip
SECOND_NAMES = ("", "", "", "", "Jo", "Lee", "Robin", "Marie-Ange", "Sky", "Kim")
