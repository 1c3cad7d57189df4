JÀ6oB°ÍˆB
=”B]B@¤Bn­žBö–BH•BpŽBöé–BV‡˜B¸«’B’Bb&‹B1´’BôˆBOB|ÏˆB|*”B®Bé,¤B ‚žB£Þ•B{3•BX’B²Ú–B„k˜B»Ü’Bóä‘B:#‹B´°’B&‰BàTB¹ÉˆBB>”B¸B64¤B…•žBö–B«•BÖˆBÈ
—B r˜BËÁ’B&’BÑ&‹Bd°’BMòˆBBB,ÎˆB~;”BÒ!BQ¤BÕpžB˜Ï•BîD•BÂ‹B+þ–BzZ˜BcÜ’Bm×‘BÎ$‹B¶¿’Bä‰BÍGB¥ÔˆBø(”B¥1Bºß£BxlžBÁµ•BYX•BI‘BÍÌ–B¥\˜B¢â’B=Í‘B‚#‹Bîº’Br"‰B