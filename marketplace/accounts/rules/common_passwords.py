"""Words that guessing programs try first; matched after digits and signs at both ends are taken off."""

from typing import Final

# One text, because a list of literals would be as many lines as words.
COMMON: Final = frozenset(
    """
    1q2w3e4r5t 1qaz2wsx3edc abc abcd abcd1234 abcdef abcdefg abcdefghij access account admin adminadmin
    administrator anhyeuem apple asdf asdfasdf asdfgh asdfghjkl asean bangkok banking baseball
    basketball beijing buyer changeme charlie chelsea china chocolate chongqing coffee commodity
    computer correcthorse correcthorsebatterystaple daniel default demo diamond dragon elephant family
    football forever freedom friends friendship fuckyou google guest hanoi hello helloworld hunter
    iloveu iloveyou iloveyouso internet jakarta jennifer jessica killer letmein letmeinnow liverpool
    login logistics london lovelove lovely loveme manager market marketplace master matrix matthew
    merchant michael michelle microsoft monkey mustang mypassword naruto nothing operator pass passpass
    passphrase passport passw0rd password passwordpassword pokemon princess purchasing qazwsx qazwsxedc
    qweasd qweasdzxc qwert qwerty qwertyqwerty qwertyui qwertyuiop qwertyuiopasdf rainbow saigon samsung
    secret secretsecret security shadow shanghai shenzhen silver singapore soccer summer sunshine
    superman superstar supervisor supplier temp test testing testtest thailand thunder tigger trustno
    trustnoone username vietnam welcome welcomewelcome whatever woaini woaini1314 wonderful xiaoming
    zaq12wsx zhongguo zxcvbn zxcvbnm
    """.split()  # noqa: SIM905
)
