"""Words from which companies and people are named; none of them names a real one on purpose."""

from __future__ import annotations

first_names = [
    "Anna", "Ben", "Carla", "David", "Elif", "Felix", "Greta", "Hugo", "Ines", "Jonas",
    "Karin", "Luis", "Maria", "Nils", "Olga", "Pedro", "Quentin", "Rosa", "Sven", "Tessa",
    "Ugo", "Vera", "Will", "Xenia", "Yara", "Zoe", "André", "Chloé", "José", "Jürgen",
]  # fmt: skip
last_names = [
    "Abel", "Brandt", "Costa", "Dietz", "Evans", "Ferrer", "Gruber", "Hale", "Iversen", "Jansen",
    "Keller", "Lopez", "Moreau", "Novak", "Olsen", "Prado", "Quinn", "Ramos", "Stein", "Torres",
    "Ulrich", "Vidal", "Weber", "Young", "Zimmer", "Núñez", "Bähr", "Lefèvre", "Araújo", "Sorensen",
]  # fmt: skip
company_heads = [
    "North", "Blue", "Silver", "Green", "Bright", "Stone", "River", "Cloud", "Iron", "Oak",
    "Maple", "Delta", "Alpen", "Nova", "Terra", "Vento", "Lumen", "Orbit", "Prima", "Quarz",
    "Ruby", "Sol", "Tide", "Ultra", "Vela", "West", "Zen", "Über", "Élan", "Peña",
]  # fmt: skip
company_middles = [
    "field", "ware", "line", "point", "works", "mark", "bridge", "port", "gate", "light",
    "berg", "haus", "vista", "mont", "track", "loop", "grid", "sense", "path", "craft",
]  # fmt: skip
company_tails = [
    "Logistics", "Foods", "Analytics", "Media", "Health", "Textiles", "Machines", "Energy",
    "Software", "Travel", "Finance", "Education", "Studios", "Components", "Retail", "Labs",
]  # fmt: skip
industries = [
    "manufacturing", "retail", "software", "health", "education", "logistics", "media", "finance",
]  # fmt: skip
job_titles = [
    "Operations Manager", "Head of Finance", "Data Analyst", "Office Manager", "Owner",
    "Marketing Lead", "IT Administrator", "Controller", "Product Manager",
]  # fmt: skip
lead_channels = ["search", "search", "search", "social", "social", "partner", "events", "content"]
