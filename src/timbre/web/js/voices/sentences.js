// What one may read aloud to be cloned: some twenty seconds in each language, ordinary speech with most of its sounds.

const SENTENCES = {
  en: "Early in the morning the street is still quiet. A baker opens her shop, puts warm bread in the window and greets the first people walking by. By eight o'clock the buses are full, children hurry to school, and somebody always forgets an umbrella. Would you have thought of it?",
  es: "Por la mañana temprano la calle todavía está tranquila. Una panadera abre su tienda, pone pan caliente en la ventana y saluda a las primeras personas que pasan. A las ocho los autobuses van llenos, los niños corren a la escuela y siempre hay alguien que olvida el paraguas. ¿Lo habrías recordado tú?",
  fr: "Tôt le matin, la rue est encore calme. Une boulangère ouvre sa boutique, pose du pain chaud dans la vitrine et salue les premiers passants. À huit heures, les bus sont pleins, les enfants se dépêchent d'aller à l'école, et il y a toujours quelqu'un qui oublie son parapluie. Y auriez-vous pensé ?",
  de: "Früh am Morgen ist die Straße noch ruhig. Eine Bäckerin öffnet ihren Laden, legt warmes Brot ins Fenster und grüßt die ersten Leute, die vorbeigehen. Um acht Uhr sind die Busse voll, Kinder laufen zur Schule, und irgendjemand vergisst immer seinen Schirm. Hätten Sie daran gedacht?",
  it: "La mattina presto la strada è ancora tranquilla. Una fornaia apre il negozio, mette il pane caldo in vetrina e saluta le prime persone che passano. Alle otto gli autobus sono pieni, i bambini corrono a scuola e c'è sempre qualcuno che dimentica l'ombrello. Tu ci avresti pensato?",
  pt: "De manhã cedo, a rua ainda está tranquila. Uma padeira abre a loja, põe o pão quentinho na vitrine e cumprimenta as primeiras pessoas que passam. Às oito horas os ônibus já estão cheios, as crianças correm para a escola, e sempre tem alguém que esquece o guarda-chuva. Você teria lembrado?",
  pl: "Wcześnie rano ulica jest jeszcze cicha. Piekarka otwiera sklep, kładzie ciepły chleb w oknie i wita pierwszych przechodniów. O ósmej autobusy są już pełne, dzieci biegną do szkoły, a ktoś zawsze zapomina parasola. Czy pan by o nim pamiętał?",
  tr: "Sabahın erken saatlerinde sokak hâlâ sessizdir. Bir fırıncı dükkânını açar, sıcak ekmekleri vitrine koyar ve ilk geçenleri selamlar. Saat sekizde otobüsler dolar, çocuklar okula koşar ve mutlaka birisi şemsiyesini unutur. Sizin aklınıza gelir miydi?",
  ru: "Ранним утром на улице ещё тихо. Женщина открывает пекарню, кладёт тёплый хлеб на витрину и здоровается с первыми прохожими. К восьми часам автобусы уже полны, дети спешат в школу, и кто-нибудь обязательно забывает зонт. А вы бы о нём вспомнили?",
  nl: "Vroeg in de ochtend is de straat nog stil. Een bakker opent haar winkel, legt warm brood in de etalage en groet de eerste mensen die voorbijlopen. Om acht uur zitten de bussen vol, kinderen haasten zich naar school en er is altijd iemand die een paraplu vergeet. Had u eraan gedacht?",
  cs: "Brzy ráno je ulice ještě tichá. Pekařka otevírá obchod, dává teplý chléb do výlohy a zdraví první kolemjdoucí. V osm hodin jsou autobusy plné, děti spěchají do školy a někdo vždycky zapomene deštník. Vzpomněli byste si na něj?",
  ar: "في الصباح الباكر يكون الشارع هادئا. تفتح الخبازة متجرها، وتضع الخبز الساخن في الواجهة، وتحيي أول المارين. في الساعة الثامنة تمتلئ الحافلات، ويسرع الأطفال إلى المدرسة، ودائما هناك من ينسى مظلته. هل كنت ستتذكرها؟",
  "zh-cn": "清晨，街道还很安静。面包师打开店门，把热腾腾的面包摆进橱窗，向最早路过的人问好。到了八点，公共汽车已经坐满了人，孩子们赶着去上学，总有人忘了带雨伞。换作是你，会记得吗？",
  ja: "朝早く、通りはまだ静かです。パン屋さんが店を開け、焼きたてのパンを窓辺に並べ、最初に通る人たちに挨拶をします。八時になるとバスは満員になり、子どもたちは学校へ急ぎ、いつも誰かが傘を忘れます。あなたなら、覚えていたでしょうか。",
  hu: "Kora reggel az utca még csendes. A pékné kinyitja a boltját, meleg kenyeret tesz a kirakatba, és köszön az első járókelőknek. Nyolc órára megtelnek a buszok, a gyerekek az iskolába sietnek, és valaki mindig otthon felejti az esernyőjét. Önnek eszébe jutott volna?",
  ko: "이른 아침, 거리는 아직 조용합니다. 빵집 주인이 가게 문을 열고 따뜻한 빵을 창가에 놓으며 처음 지나가는 사람들에게 인사를 합니다. 여덟 시가 되면 버스는 사람들로 가득 차고, 아이들은 학교로 뛰어가고, 누군가는 꼭 우산을 두고 옵니다. 당신이라면 기억했을까요?",
  hi: "सुबह-सुबह सड़क पर अभी शांति है। बेकरी वाली अपनी दुकान खोलती है, खिड़की में गरम रोटी रखती है और पहले गुज़रने वालों को नमस्ते कहती है। आठ बजे तक बसें भर जाती हैं, बच्चे स्कूल की ओर भागते हैं, और कोई न कोई अपना छाता भूल ही जाता है। क्या आपको याद रहता?",
};

export const sentencesIn = (code) => SENTENCES[code] ?? SENTENCES.en;
