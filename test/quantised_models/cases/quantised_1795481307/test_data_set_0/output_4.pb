J`*§iwL.®Œ¸R“|[5h“(UM€~m?S
áEˆA¬5£C•~gb“^ O[ R­:97ëN{°Yg;¥DOGB¡©q.AI£g¨AnF‹w[o@ðOpbò*A{Žqz•‡z