"""The characters that plates carry, in the order in which the reader's classes name them."""

DIGITS = "0123456789"
# No I on any plate; O only as the second letter (police and party organs of the past).
LETTERS = "ABCDEFGHJKLMNOPQRSTUVWXYZ"
SERIAL_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
PROVINCES = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"
SUFFIXES = "警学挂使领港澳"
AVIATION = "民航"
EMERGENCY = "应急"
# Army plates before 2013: out of use, but in the pictures.
OLD_ARMY = "军空海甲未北南沈兰成济广"

CHARACTERS = list(DIGITS + LETTERS + PROVINCES + SUFFIXES + AVIATION + EMERGENCY + OLD_ARMY)
COLORS = ["BLUE", "YELLOW", "WHITE", "BLACK", "GREEN", "YELLOW_GREEN"]
